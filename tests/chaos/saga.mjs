// Every step of a payment, killed before and after it. Usage: saga.mjs PROGRAM DIRECTORY; PROGRAM has failpoints, DIRECTORY is empty.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { PayingRoom } from '../payments/paying.mjs';

const [program, directory] = process.argv.slice(2);

/** Scores payments, each question alike. */
let verdict = 'allow';
const questions = new Map(); // how often each was asked
const hook = createServer((question, answer) => {
  const id = question.headers['webhook-id'];
  questions.set(id, 1 + (questions.get(id) ?? 0));
  question.resume().on('end', () => answer.setHeader('connection', 'close').end(JSON.stringify({ verdict })));
}).listen(0, '127.0.0.1');
await once(hook, 'listening');
writeFileSync(`${directory}/scoring.secret`, `whsec_${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 });
const scoring = { url: `http://127.0.0.1:${hook.address().port}/score`, secret_file: `${directory}/scoring.secret` };

const room = new PayingRoom(program, directory, { scoring });
await room.start();
const event = await room.openEvent(4);
const scoredEvent = await room.openEvent(4, { risk: { scored: true, on_failure: 'deny' } });

const sells = { does: async (his) => ({ paid: await room.pay(his) }), ends: { paid: 201 } };
const declines = { does: async (his) => ({ paid: await room.pay(his, 'pm_card_chargeDeclined') }), ends: { paid: 402 } };
const refunds = {
  does: async (his) => {
    const paid = await room.pay(his);
    return { paid, refunded: await room.refund(paid.body.order_id, { key: `refund-${his.hold}` }) };
  },
  ends: { paid: 201, refunded: 201 },
};
/** One ticket of two goes back. */
const givesOneBack = {
  quantity: 2,
  does: async (his) => {
    const paid = await room.pay(his);
    const body = { tickets: [paid.body.tickets[1].ticket_id] };
    return { paid, back: await room.refund(paid.body.order_id, { key: `one-of-${his.hold}`, body }) };
  },
  ends: { paid: 201, back: 201 },
};
/** The gateway reserves another amount than it was asked for. */
const mismatches = {
  faults: { seed: 1, rules: [{ name: 'dear', on: 'confirm', do: 'wrong_amount', number: 1 }] },
  does: async (his) => ({ paid: await room.pay(his) }),
  ends: { paid: 502 },
};
/** What is reserved cannot be taken any more. */
const uncaptured = {
  faults: { seed: 1, rules: [{ name: 'dear', on: 'capture', do: 'wrong_amount', number: 1 }] },
  does: async (his) => ({ paid: await room.pay(his) }),
  ends: { paid: 502 },
};

const scoredAndSold = { ...sells, verdict: 'review' };
const denied = { does: async (his) => ({ paid: await room.pay(his) }), ends: { paid: 402 }, verdict: 'deny' };

/** Lives that come through a step. */
const through = {
  freeze: [sells],
  prepare: [sells],
  authorise: [sells, declines],
  book: [sells],
  capture: [sells, uncaptured],
  free_hold: [declines, mismatches],
  return_order: [refunds, uncaptured],
  void_money: [refunds, mismatches, uncaptured],
  take_back: [givesOneBack],
  give_back: [givesOneBack],
  score: [scoredAndSold, denied],
};

/** Whether the server died by itself before the life came to its end, and its money to rest: that may be after the last answer. */
const diesIn = (rest) => Promise.race([room.server.ended.then(() => true), rest.then(() => false)]);

let orders = 0;
async function dies(point, { faults = {}, quantity = 1, does, ends, verdict: says }) {
  await room.server.kill('SIGTERM');
  await room.server.start({ HOLDFAST_FAILPOINT: point });
  await room.setFaults(faults);
  verdict = says ?? 'allow';
  const his = await room.hold(says ? scoredEvent : event, quantity);
  const life = does(his);
  const rest = life.then(() => room.settle());
  assert.ok(await diesIn(rest), `${point}: nothing ever came there`);
  assert.equal(room.server.child.signalCode, 'SIGKILL', point);
  // Whatever is on disk is sound, and the gateway is a step ahead at most.
  const found = room.run(['audit', '--data', `${directory}/data`, '--against', `${directory}/gateway`, '--json']);
  assert.deepEqual([found.violations, found.against.differences], [0, []], point);
  await room.server.start();
  const told = await life;
  for (const [what, status] of Object.entries(ends)) {
    assert.equal(told[what].status, status, `${point}, ${what}: ${JSON.stringify(told[what].body)}`);
  }
  await rest; // nobody asks a server any more that is going to stop
  await room.settle();
  const mine = (await room.ask('GET', '/v1/orders', { bearer: his.bearer })).body.items;
  const standing = mine.filter((one) => one.status === (ends.back ? 'partially_refunded' : 'confirmed'));
  const stands = ends.paid === 201 && !ends.refunded;
  assert.equal(standing.length, stands ? 1 : 0, `${point}: ${JSON.stringify(mine)}`);
  orders += standing.length;
}

const points = room.run(['chaos', '--list-failpoints']).split('\n').filter((name) => name.startsWith('pay-'));
const known = Object.keys(through).flatMap((step) => [`pay-before-${step}`, `pay-after-${step}`]);
assert.deepEqual(points.toSorted(), known.toSorted(), 'every step is gone through, and no other');
let deaths = 0;
for (const point of points) {
  for (const life of through[point.replace(/^pay-(before|after)-/, '')]) {
    await dies(point, life);
    ++deaths;
  }
}
// Whether it died before it asked or before it wrote the verdict down: it asks again with the same id.
assert.deepEqual([...questions.values()].toSorted(), [1, 1, 2, 2]);
const reviews = await room.ask('GET', `/v1/events/${scoredEvent}/reviews`);
assert.deepEqual(reviews.body.items.map((one) => [one.by, one.places]), [['hook', 1], ['hook', 1]]);
await room.stop();
hook.close();
const report = room.audit();
assert.equal(report.totals[0].orders, orders);
assert.equal(report.totals[0].captured, orders * 1150);
console.log(`${deaths} deaths at ${points.length} points; ${orders} orders stand, paid with ${report.totals[0].captured}`);
