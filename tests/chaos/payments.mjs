// Buyers pay through a server and a gateway that both fail on purpose; at rest, money and seats agree.
// Usage: payments.mjs PROGRAM DIRECTORY CYCLES SEED: takes an empty DIRECTORY. A seed gives the same faults, buyers and moments again, as
// far as two processes that are killed can be made to.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import { PayingRoom } from '../payments/paying.mjs';

const [program, directory, cyclesText, seedText] = process.argv.slice(2);
const cycles = Number(cyclesText);
const seed = Number(seedText);

/** Mulberry32: a small generator of numbers from [0, 1). */
function numbers(from) {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
const random = numbers(seed);
const below = (limit) => Math.floor(random() * limit);
const oneOf = (list) => list[below(list.length)];

/** What may go wrong at the gateway, a script a cycle. */
const calls = ['create', 'confirm', 'capture', 'cancel', 'refund'];
const kinds = [
  { do: 'drop_request' },
  { do: 'drop_response' },
  { do: 'fail_before', status: 500 },
  { do: 'fail_after', status: 500 },
  { do: 'fail_after', status: 500, kept: true },
  { do: 'garbage' },
  { do: 'truncate' },
  { do: 'twice' },
  { do: 'wrong_amount', number: 1 },
  { do: 'limit', number: 1 },
  { do: 'wait', ms: 40 },
  { do: 'wait_after', ms: 40 },
  { do: 'decline', text: 'insufficient_funds' },
];
function faults() {
  const rules = [];
  for (let i = 0; i < 3; ++i) {
    const rule = { name: `rule-${i}`, ...oneOf(kinds), probability: 0.1 + 0.4 * random() };
    rule.on = rule.do === 'decline' ? 'confirm' : oneOf(calls);
    rules.push(rule);
  }
  return { seed: 1 + below(1e6), rules };
}

/** Scores every payment, by dice; now and then it errs or hangs up, and the event's own rule stands for its verdict. */
const verdicts = ['allow', 'allow', 'allow', 'allow', 'allow', 'allow', 'review', 'review', 'deny', 'error', 'hang up'];
const dice = numbers(seed ^ 0x5c0e);
const scored = new Map();
const hook = createServer((question, answer) => {
  const verdict = verdicts[Math.floor(dice() * verdicts.length)];
  scored.set(verdict, (scored.get(verdict) ?? 0) + 1);
  question.resume().on('end', () => {
    if (verdict === 'hang up') question.socket.destroy();
    else if (verdict === 'error') answer.writeHead(500).end();
    else answer.setHeader('connection', 'close').end(JSON.stringify({ verdict }));
  });
}).listen(0, '127.0.0.1');
await once(hook, 'listening');
writeFileSync(`${directory}/scoring.secret`, `whsec_${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 });
const scoring = { url: `http://127.0.0.1:${hook.address().port}/score`, secret_file: `${directory}/scoring.secret` };

const room = new PayingRoom(program, directory, { label: `request-${seed}`, scoring });
await room.start();

/** Pays with one card after the other. */
async function payBy(his, tally) {
  let paid;
  for (let card = 0; card < 4; ++card) {
    paid = await room.pay(his, below(5) === 0 ? 'pm_card_chargeDeclinedInsufficientFunds' : 'pm_card_visa');
    tally.set(paid.status, (tally.get(paid.status) ?? 0) + 1);
    assert.ok([201, 402, 409, 410, 502, 503, 504].includes(paid.status), `${paid.status} ${JSON.stringify(paid.body)}`);
    if (paid.status === 201) break;
    await pause(10);
  }
  return paid;
}

/** A buyer who pays, tries another card when one is declined, and now and then is given the money back. */
async function buyer(event, tally) {
  const his = await room.hold(event, 1 + below(2));
  const paid = await payBy(his, tally);
  let becomes = ['confirmed'];
  if (paid.status === 201 && below(4) === 0) {
    // One ticket, of those who have two; or all.
    const body = paid.body.tickets.length > 1 && below(2) === 0 ? { tickets: [paid.body.tickets[below(2)].ticket_id] } : {};
    const given = await room.refund(paid.body.order_id, { body });
    assert.equal(given.status, 201, JSON.stringify(given.body));
    becomes = [body.tickets ? 'partially_refunded' : 'refunded'];
    assert.ok(becomes.includes(given.body.status), given.body.status);
  }
  return { bearer: his.bearer, order: paid.status === 201 ? paid.body : null, becomes };
}

/** Somebody who has paid offers a ticket, and somebody else pays for it. */
async function resale(event, seller, tally) {
  const [{ ticket_id: ticket, price, fee }, ...others] = seller.order.tickets;
  const offered = await room.ask('POST', `/v1/tickets/${ticket}/offer`, { bearer: seller.bearer, body: { price: Math.floor((price + fee) * 0.8) } });
  assert.equal(offered.status, 201, JSON.stringify(offered.body));
  const his = await room.hold(event, 1, { resale: ticket });
  const paid = await payBy(his, tally);
  // What is sold is sold, also to a buyer whose money cannot be taken after all.
  if (others.length === 0) seller.becomes = paid.status === 201 ? ['resold'] : ['confirmed', 'resold'];
  tally.set('resold', (tally.get('resold') ?? 0) + (paid.status === 201 ? 1 : 0));
  return { bearer: his.bearer, order: paid.status === 201 ? paid.body : null, becomes: ['confirmed'] };
}

/** At rest: every order that stands is paid once and in full, whoever was told so has it, and the gateway keeps nothing else. */
async function check(buyers) {
  const ledger = room.ledger();
  const payments = new Map(ledger.payments.map((one) => [one.id, one]));
  const kept = (one) => one.capturable + one.captured - one.refunded;
  let sold = 0;
  const used = new Set();
  for (const { bearer, order, becomes } of buyers) {
    const mine = (await room.ask('GET', '/v1/orders', { bearer })).body.items;
    for (const one of mine.filter((each) => ['confirmed', 'partially_refunded', 'resold'].includes(each.status))) {
      const worth = one.total - (one.refunded ?? 0);
      const charge = payments.get(one.payment.reference);
      assert.ok(charge, `order ${one.order_id} names a payment that the gateway does not have`);
      assert.equal(kept(charge), worth, `order ${one.order_id} is not paid in full, or what went back of it`);
      assert.ok(!used.has(charge.id), 'one payment for two orders');
      used.add(charge.id);
      sold += worth;
    }
    if (order) {
      const now = mine.find((each) => each.order_id === order.order_id);
      assert.ok(becomes.includes(now?.status), `the buyer was told of order ${order.order_id}: ${now?.status}, not ${becomes}`);
    }
  }
  const total = ledger.payments.reduce((sum, one) => sum + kept(one), 0);
  assert.equal(total, sold, 'the gateway keeps what was sold, and no more');
  return { payments: payments.size, sold };
}

const event = await room.openEvent(20, { resale: { max_percent: 80 }, risk: { scored: true, on_failure: 'review' } });
const tally = new Map();
const everybody = [];
for (let cycle = 0; cycle < cycles; ++cycle) {
  await room.setFaults(faults());
  const group = Array.from({ length: 6 }, () => buyer(event, tally));
  const seller = everybody.find((one) => one.order && one.becomes.includes('confirmed') && !one.offered);
  if (seller) {
    seller.offered = true;
    group.push(resale(event, seller, tally));
  }
  await pause(below(10) === 0 ? below(1500) : below(150));
  await room.server.kill();
  if (below(3) === 0) {
    await room.gateway.kill();
    await pause(below(100));
    await room.gateway.start();
  }
  await room.server.start();
  // What a killed gateway forgets is its script, so that everything comes to an end.
  await pause(below(150));
  await room.setFaults({});
  everybody.push(...(await Promise.all(group)));
  await room.settle();
}
const found = await check(everybody);

// The evening is called off while the gateway errs and the server dies: every order goes back, to the last cent.
await room.setFaults(faults());
assert.equal((await room.ask('POST', `/v1/events/${event}/cancel`)).status, 200);
await pause(below(300));
await room.server.kill();
await room.server.start();
await pause(below(300));
await room.setFaults({});
let kept = 0;
for (let tries = 0; ; ++tries) {
  await room.settle();
  const orders = await Promise.all(everybody.map(({ bearer }) => room.ask('GET', '/v1/orders', { bearer })));
  const all = orders.flatMap(({ body }) => body.items);
  kept = all.reduce((sum, one) => sum + (one.kept ?? 0), 0);
  if (all.every((one) => ['refunded', 'failed', 'resold'].includes(one.status))) break;
  assert.ok(tries < 600, 'orders of a cancelled event never go back');
  await pause(50);
}
await room.settle();
const left = room.ledger().payments.reduce((sum, one) => sum + one.capturable + one.captured - one.refunded, 0);
assert.equal(left, kept, 'the gateway keeps nothing of a cancelled event but what is kept of resold tickets');
await room.stop();
hook.close();
hook.closeAllConnections();
assert.ok(cycles < 20 || ['allow', 'review', 'deny'].every((verdict) => scored.has(verdict)), 'payments are scored every way');
const report = room.audit();
for (const [verdict, times] of scored) tally.set(`scored ${verdict}`, times);
const told = [...tally].sort((a, b) => `${a[0]}`.localeCompare(`${b[0]}`)).map(([status, times]) => `${times} × ${status}`);
console.log(
  `seed ${seed}: ${cycles} cycles, ${everybody.length} buyers, ${report.against.compared} payments in both books, ` +
    `${found.sold} sold; told ${told.join(', ')}`,
);
