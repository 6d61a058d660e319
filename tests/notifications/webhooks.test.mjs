// Webhooks to organisers: signatures are verified by the package of the specification, receivers fail on purpose.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';

import { Receiver } from './receiver.mjs';
import { impatient, until, World } from './world.mjs';

async function withReceivers(count, run, { webhooks = {}, with_cards = false } = {}) {
  const receivers = [];
  for (let i = 0; i < count; ++i) receivers.push(await new Receiver().open());
  const world = await World.open({ webhooks: { own_network_allowed: true, ...impatient, ...webhooks } }, { with_cards });
  try {
    await run(world, ...receivers);
  } finally {
    await world.close();
    for (const each of receivers) await each.close();
  }
}

async function subscribe(world, url, { by = world.admin, types } = {}) {
  return (await world.ask('POST', '/v1/webhooks', { by, expect: 201, body: types ? { url, types } : { url } })).body;
}

/** The counters that came, for the first time each, in the order in which they came. */
function countersOf(receiver, event) {
  const seen = new Set();
  return receiver.got.filter((each) => each.body.data.event_id === event).map((each) => each.body.data.delivery).filter((each) => !seen.has(each) && seen.add(each));
}

const upTo = (count) => Array.from({ length: count }, (_, i) => i + 1);
const deliveriesOf = async (world, webhook) => (await world.ask('GET', `/v1/webhooks/${webhook.webhook_id}/deliveries?limit=200`, { expect: 200 })).body.items;

test('what happens is posted in order, signed as Standard Webhooks has it, counted without a gap', async () => {
  await withReceivers(2, async (world, receiver, picky) => {
    const event = await world.openEvent();
    const webhook = await subscribe(world, receiver.url);
    const only = await subscribe(world, picky.url, { types: ['event.cancelled'] });
    const orders = [];
    for (let i = 0; i < 3; ++i) orders.push((await world.sell(event, { email: 'ada@example.org', attendees: ['Ada'] })).body);
    const bought = (await world.buy(event, await world.buyer(), { email: 'bob@example.org' })).body;
    await world.ask('POST', `/v1/orders/${bought.order_id}/refunds`, { body: {} });
    const other = await world.openEvent(world.admin, 'Aida');
    await world.ask('POST', `/v1/events/${other}/cancel`, { expect: 200, body: {} });
    await until(() => receiver.got.length === 6 && picky.got.length === 1);
    const verifier = new Webhook(webhook.secret);
    for (const each of receiver.got) {
      assert.deepEqual(verifier.verify(each.text, each.headers), each.body);
      assert.throws(() => verifier.verify(each.text.replace('"delivery"', '"Delivery"'), each.headers));
      assert.throws(() => new Webhook(only.secret).verify(each.text, each.headers));
      assert.ok(!each.text.includes('example.org') && !each.text.includes('Ada'), 'nobody is named');
    }
    assert.equal(new Set(receiver.got.map((each) => each.headers['webhook-id'])).size, 6);
    const mine = receiver.got.filter((each) => each.body.data.event_id === event).map((each) => each.body);
    assert.deepEqual(mine.map((each) => each.data.delivery), upTo(5));
    assert.deepEqual(mine.map((each) => each.type), [...Array(4).fill('order.confirmed'), 'order.refunded']);
    assert.deepEqual(mine.slice(0, 3).map((each) => each.data.order.order_id), orders.map((each) => each.order_id));
    assert.deepEqual(mine[0].data.order.tickets, orders[0].tickets);
    assert.equal(mine[4].data.order.status, 'refunded');
    assert.equal(picky.got[0].body.type, 'event.cancelled');
    assert.equal(picky.got[0].body.data.event_id, other);
    await until(async () => (await deliveriesOf(world, webhook)).every((each) => each.status === 'delivered'));
    const log = await deliveriesOf(world, webhook);
    assert.equal(log.length, 6);
    assert.ok(log.every((each) => each.attempts === 1 && each.last_status === 204));
    const first = (await world.ask('GET', `/v1/webhooks/${webhook.webhook_id}/deliveries?limit=4`, { expect: 200 })).body;
    const rest = (await world.ask('GET', `/v1/webhooks/${webhook.webhook_id}/deliveries?limit=4&cursor=${first.next_cursor}`, { expect: 200 })).body;
    assert.deepEqual([...first.items, ...rest.items], log);
    assert.equal(rest.next_cursor, null);
  }, { with_cards: true });
});

test('an organiser is told what is offered to whoever waits, and not to whom', async () => {
  await withReceivers(1, async (world, receiver) => {
    const { event, hold } = await world.soldOut();
    await subscribe(world, receiver.url, { types: ['waitlist.offered'] });
    const ada = await world.buyer();
    const waitlist_id = await world.wait(event, ada, { email: 'ada@example.org' });
    await world.release(hold);
    await until(() => receiver.got.length === 1);
    const { type, data } = receiver.got[0].body;
    const mine = (await world.ask('GET', `/v1/events/${event}/waitlist`, { by: ada, expect: 200 })).body.offer;
    assert.equal(type, 'waitlist.offered');
    assert.equal(data.event_id, event);
    assert.equal(data.delivery, 1);
    assert.equal(data.order, undefined);
    const { hold: held, ...offer } = data.offer;
    assert.deepEqual(offer, { waitlist_id, hold_id: mine.hold_id, places: 1, expires_at: mine.expires_at });
    assert.equal(held.hold_id, mine.hold_id);
    assert.deepEqual(held.areas.map(({ area, quantity }) => ({ area, quantity })), [{ area: 'floor', quantity: 1 }]);
    assert.ok(!receiver.got[0].text.includes('example.org') && !receiver.got[0].text.includes('byr_'), 'nobody is named');
    // The next one is told after a restart too, and the first one not again.
    await world.restart('SIGKILL');
    await world.ask('DELETE', `/v1/events/${event}/waitlist`, { by: ada, expect: 204 });
    const again = await world.hold(event, world.admin, 2);
    await world.wait(event, ada);
    await world.release(again);
    await until(() => countersOf(receiver, event).length === 2);
    assert.equal(receiver.got.length, 2);
  });
});

test('what fails is posted again under the same id, and nothing overtakes it; one that is slow holds up nobody else', async () => {
  await withReceivers(2, async (world, slow, quick) => {
    const event = await world.openEvent();
    let release;
    const held = new Promise((done) => (release = done));
    const answers = [500, 503, 302, 404];
    slow.answer = async (_, count) => {
      if (count === 5) await held;
      return { status: answers[count - 1] ?? 200, headers: { Location: quick.url }, body: 'x'.repeat(100_000) };
    };
    const webhook = await subscribe(world, slow.url);
    await subscribe(world, quick.url);
    for (let i = 0; i < 4; ++i) await world.sell(event);
    await until(() => quick.got.length === 4 && slow.got.length === 5);
    assert.equal(new Set(slow.got.map((each) => each.headers['webhook-id'])).size, 1);
    const [first, second] = await deliveriesOf(world, webhook);
    assert.equal(first.status, 'pending');
    assert.equal(first.attempts, 4);
    assert.equal(first.trouble, 'it answered 404');
    assert.equal(second.attempts, 0);
    release();
    await until(() => slow.got.length === 8);
    assert.deepEqual(countersOf(slow, event), upTo(4));
    assert.deepEqual(countersOf(quick, event), upTo(4));
    assert.equal(quick.got.length, 4);
  });
});

test('410 disables an endpoint; delivering again enables it and repeats what is kept from a seq on', async () => {
  await withReceivers(1, async (world, receiver) => {
    const event = await world.openEvent();
    const webhook = await subscribe(world, receiver.url);
    const seqs = [];
    for (let i = 0; i < 3; ++i) seqs.push((await world.sell(event)).seq);
    await until(async () => (await world.metric('holdfast_webhooks_pending')) === 0 && receiver.got.length === 3);
    receiver.answer = async () => ({ status: 410 });
    seqs.push((await world.sell(event)).seq);
    const state = async () => (await world.ask('GET', '/v1/webhooks', { expect: 200 })).body.items[0];
    await until(async () => (await state()).status === 'disabled');
    assert.equal((await state()).disabled_because, 'it answered 410');
    assert.equal((await state()).secret, undefined);
    assert.equal(await world.metric('holdfast_webhooks_disabled'), 1);
    await world.restart('SIGKILL');
    assert.equal((await state()).status, 'disabled');
    assert.equal(receiver.got.length, 4);
    receiver.answer = async () => ({ status: 200 });
    const path = `/v1/webhooks/${webhook.webhook_id}/redeliver`;
    await world.ask('POST', path, { expect: 400 });
    await world.ask('POST', `${path}?from_seq=x`, { expect: 400 });
    await world.ask('POST', `${path}?from_seq=1&event_id=x`, { expect: 400 });
    assert.equal((await world.ask('POST', `${path}?from_seq=${seqs[1]}&event_id=${event}`, { expect: 202 })).body.deliveries, 3);
    await until(() => receiver.got.length === 7);
    assert.deepEqual(receiver.got.slice(4).map((each) => each.body.data.delivery), [2, 3, 4]);
    assert.deepEqual(receiver.got.slice(4).map((each) => each.body.data.seq), seqs.slice(1));
    assert.equal(receiver.got[4].headers['webhook-id'], receiver.got[1].headers['webhook-id']);
    assert.equal((await state()).status, 'enabled');
    await world.sell(event);
    await until(() => countersOf(receiver, event).length === 5);
    assert.deepEqual(countersOf(receiver, event), upTo(5));
    await world.ask('DELETE', `/v1/webhooks/${webhook.webhook_id}`, { expect: 204 });
    await world.ask('DELETE', `/v1/webhooks/${webhook.webhook_id}`, { expect: 404 });
    await world.ask('GET', `/v1/webhooks/${webhook.webhook_id}/deliveries`, { expect: 404 });
    assert.deepEqual((await world.ask('GET', '/v1/webhooks', { expect: 200 })).body.items, []);
  });
});

test('killed at any moment, everything arrives, in order, and the counter has no gap', async () => {
  await withReceivers(2, async (world, receiver, flaky) => {
    const events = [await world.openEvent(), await world.openEvent(world.admin, 'Aida')];
    flaky.answer = async (_, count) => ({ status: count % 3 ? 200 : 500 });
    await subscribe(world, receiver.url);
    await subscribe(world, flaky.url);
    const sales = 12;
    for (let i = 0; i < sales; ++i) {
      for (const event of events) await world.sell(event);
      if (i % 3 === 1) await world.restart('SIGKILL');
    }
    for (const each of [receiver, flaky]) {
      for (const event of events) {
        await until(() => countersOf(each, event).length === sales);
        assert.deepEqual(countersOf(each, event), upTo(sales));
      }
    }
  });
});

test('an organisation is told of its own events only, and nobody else sees its webhooks', async () => {
  await withReceivers(2, async (world, mine, theirs) => {
    const organisation_id = (await world.ask('POST', '/v1/organisations', { expect: 201, body: { name: 'Theatre' } })).body.organisation_id;
    const key = { name: 'theirs', scopes: ['organise', 'sell'], organisation_id };
    const by = (await world.ask('POST', '/v1/keys', { expect: 201, body: key })).body.secret;
    const webhook = await subscribe(world, mine.url);
    await subscribe(world, theirs.url, { by });
    await world.sell(await world.openEvent());
    const event = await world.openEvent(by, 'Hamlet');
    await world.sell(event, {}, by);
    await until(() => mine.got.length === 1 && theirs.got.length === 1);
    assert.equal(theirs.got[0].body.data.event_id, event);
    assert.equal((await world.ask('GET', '/v1/webhooks', { by, expect: 200 })).body.items.length, 1);
    await world.ask('GET', `/v1/webhooks/${webhook.webhook_id}/deliveries`, { by, expect: 404 });
    await world.ask('POST', `/v1/webhooks/${webhook.webhook_id}/redeliver?from_seq=1`, { by, expect: 404 });
    await world.ask('DELETE', `/v1/webhooks/${webhook.webhook_id}`, { by, expect: 404 });
    for (const url of ['ftp://a.example/', 'https://u:p@a.example/', 'nonsense']) {
      const refused = await world.ask('POST', '/v1/webhooks', { expect: 422, body: { url } });
      assert.equal(refused.body.errors[0].pointer, '/url');
    }
    assert.equal((await world.ask('POST', '/v1/webhooks', { expect: 422, body: { url: 'https://a.example', types: ['order.eaten'] } })).body.errors[0].pointer, '/types/0');
    await subscribe(world, 'https://a.example/');
    assert.equal((await world.ask('POST', '/v1/webhooks', { expect: 409, body: { url: 'https://b.example/' } })).body.code, 'limit_exceeded');
  }, { webhooks: { endpoints_per_organisation_max: 2 } });
});

test('nothing is posted to the own network, whatever a name resolves to, nor without TLS', async () => {
  await withReceivers(1, async (world, receiver) => {
    assert.equal((await world.ask('POST', '/v1/webhooks', { expect: 422, body: { url: receiver.url } })).body.errors[0].pointer, '/url');
    const hosts = ['localhost', '127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433'];
    const webhooks = [];
    for (const host of hosts) webhooks.push(await subscribe(world, `https://${host}:${receiver.port}/hooks`));
    await world.sell(await world.openEvent());
    for (const each of webhooks) {
      const [delivery] = await until(async () => {
        const items = await deliveriesOf(world, each);
        return items[0]?.attempts >= 2 && items;
      });
      assert.equal(delivery.trouble, 'its address is not one of the public internet', each.url);
      assert.equal(delivery.status, 'pending');
    }
    assert.equal(receiver.connections, 0);
  }, { webhooks: { own_network_allowed: false } });
});

test('what nobody takes for long enough is given up, and what follows is tried', async () => {
  await withReceivers(1, async (world, receiver) => {
    const event = await world.openEvent();
    receiver.answer = async ({ body }) => ({ status: body.data.delivery === 1 ? 500 : 200 });
    const webhook = await subscribe(world, receiver.url);
    await world.sell(event);
    await world.sell(event);
    await until(async () => (await deliveriesOf(world, webhook)).map((each) => each.status).join() === 'failed,delivered');
    assert.equal(await world.metric('holdfast_webhooks_given_up_total'), 1);
  }, { webhooks: { give_up_after_ms: 400 } });
});

test('a journal that is older than what was told of it is not told again', async () => {
  await withReceivers(1, async (world, receiver) => {
    const event = await world.openEvent();
    for (let i = 0; i < 3; ++i) await world.sell(event);
    await world.restart('SIGTERM', () => rmSync(join(world.data, 'outbox'), { recursive: true }));
    await subscribe(world, receiver.url);
    const { seq } = await world.sell(event);
    await until(() => receiver.got.length > 0);
    await until(async () => (await world.metric('holdfast_notifications_behind')) === 0);
    assert.deepEqual(receiver.got.map((each) => each.body.data.seq), [seq]);
  });
});

test('who has nobody to tell anything reads no journal; the first webhook hears of what follows it', async () => {
  await withReceivers(1, async (world, receiver) => {
    const event = await world.openEvent();
    for (let i = 0; i < 3; ++i) await world.sell(event);
    assert.equal(await world.metric('holdfast_notifications_behind'), 0);
    await subscribe(world, receiver.url);
    const seqs = [(await world.sell(event)).seq];
    await world.restart('SIGKILL');
    seqs.push((await world.sell(event)).seq);
    await until(() => countersOf(receiver, event).length === 2);
    assert.deepEqual([...new Set(receiver.got.map((each) => each.body.data.seq))], seqs);
  });
});

test('a journal that is put back to an earlier state is told of from there on, and nothing of it again', async () => {
  await withReceivers(1, async (world, receiver) => {
    const run = (...words) => execFileSync(process.env.HOLDFAST_BIN, words, { stdio: 'pipe' });
    const event = await world.openEvent();
    await subscribe(world, receiver.url);
    for (let i = 0; i < 2; ++i) await world.sell(event);
    const copy = join(world.room, 'copy');
    run('backup', '--url', world.server.url, '--key-file', join(world.data, 'admin.key'), '--out', copy);
    for (let i = 0; i < 3; ++i) await world.sell(event);
    await until(() => receiver.got.length === 5);
    await world.restart('SIGTERM', () => {
      for (const gone of ['journal', 'marks', 'projections', 'snapshots']) rmSync(join(world.data, gone), { recursive: true, force: true });
      run('restore', copy, '--data', world.data);
    });
    await until(async () => (await world.metric('holdfast_notifications_behind')) === 0);
    const { seq } = await world.sell(event);
    await until(() => receiver.got.length > 5);
    await until(async () => (await world.metric('holdfast_webhooks_pending')) === 0);
    assert.deepEqual(receiver.got.slice(5).map((each) => [each.body.data.seq, each.body.data.delivery]), [[seq, 6]]);
  });
});
