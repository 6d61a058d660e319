// Mail to buyers, through a real SMTP server from npm.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { MailSink, refusal } from './mail_sink.mjs';
import { impatient, until, World } from './world.mjs';

const link = 'https://tickets.example/v1/orders/{order}/by-link?access={access}';

async function withMail(run, { sink = new MailSink(), mail = {}, with_cards = false } = {}) {
  await sink.open();
  const settings = { url: `smtp://127.0.0.1:${sink.port}`, starttls: false, from: 'tickets@opera.example', from_name: 'Die Oper für alle', order_link: link, ...impatient, ...mail };
  const world = await World.open({ mail: settings }, { with_cards });
  try {
    await run(world, sink);
  } finally {
    await world.close();
    await sink.close().catch(() => {});
  }
}

test('an order is mailed with what was bought and a link that opens it, and its refund after it', async () => {
  await withMail(async (world, sink) => {
    const event = await world.openEvent();
    const ada = await world.buyer();
    const order = (await world.buy(event, ada, { email: 'ada@example.org', attendees: ['Ada', 'Grace'] }, 2)).body;
    await until(() => sink.mails.length === 1);
    const [mail] = sink.mails;
    assert.equal(mail.envelope.mailFrom.address, 'tickets@opera.example');
    assert.equal(mail.from.value[0].name, 'Die Oper für alle');
    assert.equal(mail.to.text, 'ada@example.org');
    assert.equal(mail.subject, 'Your tickets for Tosca — «Жизнь»');
    assert.equal(mail.headers.get('auto-submitted'), 'auto-generated');
    for (const form of [mail.text, mail.html]) {
      for (const part of ['Tosca — «Жизнь»', 'Opera, Graz', '20:00 CET', order.order_id, '50.00']) assert.ok(form.includes(part), `${part} in ${form}`);
    }
    assert.ok(!mail.text.includes('Grace'), 'a mail names nobody');
    const url = new URL(/https:\S+/.exec(mail.text)[0]);
    assert.ok(url.pathname.includes(order.order_id));
    const opened = await world.ask('GET', url.pathname + url.search, { by: null, expect: 200 });
    assert.equal(opened.body.order_id, order.order_id);
    assert.equal(opened.body.email, 'ada@example.org');
    await linksOfOthersOpenNothing(world, event, order, url);
    const back = await world.ask('POST', `/v1/orders/${order.order_id}/refunds`, { body: {} });
    assert.ok(back.status < 300, `${back.status}`);
    await until(() => sink.to('ada@example.org').length === 2);
    const refund = sink.to('ada@example.org')[1];
    assert.equal(refund.subject, 'Refund of your order for Tosca — «Жизнь»');
    assert.ok(refund.text.includes('50.00'));
    await until(async () => (await world.metric('holdfast_mails_pending')) === 0);
    assert.equal(await world.metric('holdfast_mails_dead'), 0);
  }, { with_cards: true });
});

async function linksOfOthersOpenNothing(world, event, order, url) {
  const access = url.searchParams.get('access');
  const other = (await world.sell(event)).body.order_id;
  const refused = async (id, token) => {
    const got = await world.ask('GET', `/v1/orders/${id}/by-link?access=${encodeURIComponent(token)}`, { by: null });
    assert.equal(got.status, 401, JSON.stringify(got.body));
    assert.equal(got.body.code, 'credentials_invalid');
  };
  await refused(other, access);
  await refused(order.order_id, '');
  await refused(order.order_id, 'v1.1.AAAA.AAAA');
  const session = (await world.ask('POST', '/v1/sessions', { by: null, body: {} })).body.token;
  await refused(order.order_id, session);
  for (let at = 5; at < access.length; at += 9) {
    const changed = access.slice(0, at) + (access[at] === 'A' ? 'B' : 'A') + access.slice(at + 1);
    await refused(order.order_id, changed);
  }
  await world.ask('GET', `/v1/orders/${order.order_id}`, { by: null, expect: 401 });
}

test('a mail server that is away gets everything when it is back; sales do not notice', async () => {
  await withMail(async (world, sink) => {
    const event = await world.openEvent();
    await sink.close();
    for (let i = 0; i < 5; ++i) await world.sell(event, { email: `guest${i}@example.org` });
    // The first of them may have failed five times before the last is queued.
    await until(async () => (await world.metric('holdfast_mails_pending')) === 5);
    await until(async () => (await world.metric('holdfast_mails_failed_total')) >= 5);
    await world.restart('SIGTERM');
    assert.equal(await world.metric('holdfast_mails_pending'), 5);
    await sink.open();
    await until(() => sink.mails.length === 5);
    for (let i = 0; i < 5; ++i) assert.equal(sink.to(`guest${i}@example.org`).length, 1);
    await until(async () => (await world.metric('holdfast_mails_pending')) === 0);
  });
});

test('what is refused once is sent again; what is refused always is listed, and holds up nobody', async () => {
  await withMail(async (world, sink) => {
    const event = await world.openEvent();
    let refused = 0;
    sink.onRecipient = async (address) => {
      if (address.startsWith('never')) throw refusal(550, `no such mailbox ${address}`);
      if (address.startsWith('later') && ++refused <= 3) throw refusal(451, 'greylisted');
    };
    const lost = (await world.sell(event, { email: 'never@example.org' })).body.order_id;
    await world.sell(event, { email: 'later@example.org' });
    await world.sell(event, { email: 'ada@example.org' });
    await until(() => sink.to('later@example.org').length === 1 && sink.to('ada@example.org').length === 1);
    assert.equal(refused, 4);
    await until(async () => (await world.metric('holdfast_mails_dead')) === 1);
    await world.restart('SIGKILL');
    const report = (await world.ask('GET', '/v1/admin/mail', { expect: 200 })).body;
    assert.equal(report.sends, true);
    assert.equal(report.dead, 1);
    assert.equal(report.items[0].order_id, lost);
    assert.equal(report.items[0].trouble, 'the mail server answered 550');
    assert.ok(!JSON.stringify(report).includes('example.org'), 'nobody is named');
    assert.equal(sink.to('never@example.org').length, 0);
    await sentAfterAll(world, sink, report.items[0].mail_id);
  });
});

/** A mail that was given up is sent once its mailbox takes mail, and once only, however often that is asked for. */
async function sentAfterAll(world, sink, mail) {
  const retry = async (which) => (await world.ask('POST', `/v1/admin/mail/${which}`, { body: {}, expect: 202 })).body.mails;
  // It still takes none: given up again.
  assert.equal(await retry(`${mail}/retry`), 1);
  await until(async () => (await world.ask('GET', '/v1/admin/mail', { expect: 200 })).body.dead === 1);
  sink.onRecipient = async () => {};
  for (const nonsense of ['x', 'ord_0.1', mail.split('.')[0], `${mail}x`, `${mail.split('.')[0]}.`]) {
    await world.ask('POST', `/v1/admin/mail/${nonsense}/retry`, { body: {}, expect: 404 });
  }
  await world.ask('POST', '/v1/admin/mail/retry', { body: { all: true }, expect: 422 });
  assert.equal(await retry(`${mail}1/retry`), 0);
  assert.equal(await retry(`${mail}/retry`), 1);
  await until(() => sink.to('never@example.org').length === 1);
  assert.ok(sink.to('never@example.org')[0].messageId.startsWith(`<${mail}@`));
  assert.equal(await retry(`${mail}/retry`), 0);
  assert.equal(await retry('retry'), 0);
  await until(async () => (await world.metric('holdfast_mails_pending')) === 0);
  assert.equal(await world.metric('holdfast_mails_dead'), 0);
  assert.equal(sink.to('never@example.org').length, 1);
}

test('what nobody takes for long enough is given up', async () => {
  await withMail(async (world, sink) => {
    sink.onRecipient = async () => {
      throw refusal(451, 'not now');
    };
    await world.sell(await world.openEvent(), { email: 'ada@example.org' });
    await until(async () => (await world.metric('holdfast_mails_dead')) === 1);
    const [dead] = (await world.ask('GET', '/v1/admin/mail', { expect: 200 })).body.items;
    assert.ok(dead.attempts >= 1);
    assert.equal(dead.trouble, 'the mail server answered 451');
    assert.equal(await world.metric('holdfast_mails_pending'), 0);
  }, { mail: { give_up_after_ms: 300 } });
});

test('all that was given up is sent after all, also when the server is killed meanwhile; a retry has all its time again', async () => {
  await withMail(async (world, sink) => {
    let down = true;
    sink.onRecipient = async () => {
      if (down) throw refusal(451, 'not now');
    };
    const event = await world.openEvent();
    const guests = [0, 1, 2].map((number) => `guest${number}@example.org`);
    for (const email of guests) await world.sell(event, { email });
    const retry = async () => (await world.ask('POST', '/v1/admin/mail/retry', { body: {}, expect: 202 })).body.mails;
    const dead = () => world.metric('holdfast_mails_dead');
    await until(async () => (await dead()) === 3);
    assert.equal(await retry(), 3);
    await until(async () => (await dead()) === 3);
    const { items } = (await world.ask('GET', '/v1/admin/mail', { expect: 200 })).body;
    assert.ok(items.every((mail) => mail.attempts >= 2), 'one refusal ends no retry');
    down = false;
    assert.equal(await retry(), 3);
    await world.restart('SIGKILL');
    await until(() => guests.every((email) => sink.to(email).length >= 1));
    await until(async () => (await world.metric('holdfast_mails_pending')) === 0);
    assert.equal(await dead(), 0);
  }, { mail: { give_up_after_ms: 2000 } });
});

test('killed at any moment, every mail arrives, with one Message-ID however often it is sent', async () => {
  await withMail(async (world, sink) => {
    const event = await world.openEvent();
    const orders = 12;
    for (let i = 0; i < orders; ++i) {
      const before = sink.tries;
      await world.sell(event, { email: `guest${i}@example.org` });
      if (i % 3 === 2) {
        if (i % 2) await until(() => sink.tries > before);
        await world.restart('SIGKILL');
      }
    }
    await until(() => new Set(sink.mails.map((mail) => mail.envelope.rcptTo[0].address)).size === orders);
    await until(async () => (await world.metric('holdfast_mails_pending')) === 0);
    for (let i = 0; i < orders; ++i) {
      const same = sink.to(`guest${i}@example.org`);
      assert.ok(same.length >= 1);
      assert.equal(new Set(same.map((mail) => mail.messageId)).size, 1);
    }
    assert.equal(new Set(sink.mails.map((mail) => mail.messageId)).size, orders);
  });
});

test('an erased person gets no mail any more, and one that told no address none at all', async () => {
  await withMail(async (world, sink) => {
    const event = await world.openEvent();
    await sink.close();
    const ada = await world.buyer();
    await world.buy(event, ada, { email: 'ada@example.org' });
    await world.buy(event, await world.buyer(), {});
    await until(async () => (await world.metric('holdfast_mails_failed_total')) >= 1);
    await world.ask('DELETE', '/v1/buyers/me/personal-data', { by: ada, expect: 204 });
    await sink.open();
    await until(async () => (await world.metric('holdfast_mails_unaddressed_total')) === 2);
    await world.sell(event, { email: 'last@example.org' });
    await until(() => sink.mails.length > 0);
    assert.deepEqual(sink.mails.map((mail) => mail.envelope.rcptTo[0].address), ['last@example.org']);
  }, { with_cards: true });
});

test('whoever waits is mailed once what came back and until when it is theirs, also when the server is killed meanwhile', async () => {
  await withMail(async (world, sink) => {
    const { event, hold } = await world.soldOut();
    const ada = await world.buyer();
    await world.wait(event, ada, { email: 'ada@example.org' });
    await world.wait(event, await world.buyer());
    await world.release(hold);
    await until(() => sink.mails.length === 1);
    const [mail] = sink.mails;
    assert.equal(mail.to.text, 'ada@example.org');
    assert.equal(mail.subject, 'Places came back: Tosca — «Жизнь»');
    const offer = (await world.ask('GET', `/v1/events/${event}/waitlist`, { by: ada, expect: 200 })).body.offer;
    const until_when = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Vienna', hour: '2-digit', minute: '2-digit' }).format(new Date(offer.expires_at));
    for (const form of [mail.text, mail.html]) {
      for (const part of ['Tosca — «Жизнь»', offer.hold_id, 'floor', '25.00', until_when]) assert.ok(form.includes(part), `${part} in ${form}`);
    }
    // Whoever told no address gets none.
    await until(async () => (await world.metric('holdfast_mails_unaddressed_total')) === 1);
    await world.restart('SIGKILL');
    await world.sell(await world.openEvent(), { email: 'last@example.org' });
    await until(() => sink.to('last@example.org').length === 1);
    assert.equal(sink.mails.length, 2);
    assert.equal(await world.metric('holdfast_mails_dead'), 0);
  });
});

test('an address on a waitlist is of its one order: erased, left or over it is written to no more', async () => {
  await withMail(async (world, sink) => {
    const { event, hold } = await world.soldOut(3);
    const [erased, again, late] = [await world.buyer(), await world.buyer(), await world.buyer()];
    await world.wait(event, erased, { email: 'erased@example.org' });
    await world.ask('DELETE', '/v1/buyers/me/personal-data', { by: erased, expect: 204 });
    await world.wait(event, again, { email: 'again@example.org' });
    await world.ask('DELETE', `/v1/events/${event}/waitlist`, { by: again, expect: 204 });
    await world.wait(event, again);
    await world.wait(event, late, { email: 'late@example.org' });
    await sink.close();
    await world.release(hold);
    await until(async () => (await world.metric('holdfast_mails_unaddressed_total')) === 2);
    await until(async () => (await world.metric('holdfast_mails_failed_total')) >= 1);
    // What was offered is given back before anybody could be told of it.
    await world.ask('DELETE', `/v1/events/${event}/waitlist`, { by: late, expect: 204 });
    await until(async () => (await world.metric('holdfast_mails_pending')) === 0);
    await sink.open();
    await world.sell(event, { email: 'last@example.org' });
    await until(() => sink.mails.length > 0);
    assert.deepEqual(sink.mails.map((mail) => mail.envelope.rcptTo[0].address), ['last@example.org']);
    assert.equal(await world.metric('holdfast_mails_dead'), 0);
  });
});

test('TLS comes before anything is said, with a password from a file; without either nothing is', async () => {
  const room = process.env.HOLDFAST_ROOM;
  const [key, cert] = ['mail.key', 'mail.crt'].map((name) => join(room, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const password = join(room, 'mail.password');
  writeFileSync(password, 'sesame\n');
  chmodSync(password, 0o600);
  const sink = new MailSink({
    key: readFileSync(key), cert: readFileSync(cert), authOptional: false, disabledCommands: [],
    onAuth: (auth, session, done) => (auth.username === 'opera' && auth.password === 'sesame' && session.secure ? done(null, { user: 'opera' }) : done(new Error('no'))),
  });
  await withMail(async (world) => {
    await world.sell(await world.openEvent(), { email: 'ada@example.org' });
    await until(() => sink.mails.length === 1);
    assert.equal(sink.mails[0].secure, true);
    assert.equal(sink.mails[0].user, 'opera');
  }, { sink, mail: { starttls: true, user: 'opera', password_file: password, authority_file: cert } });
  // A server that cannot do TLS is told nothing when TLS is asked for.
  await withMail(async (world, plain) => {
    await world.sell(await world.openEvent(), { email: 'ada@example.org' });
    await until(async () => (await world.metric('holdfast_mails_failed_total')) >= 2);
    assert.equal(plain.tries, 0);
  }, { mail: { starttls: true } });
});
