// Every step of a payment, killed before and after it. Usage: saga.mjs PROGRAM DIRECTORY; PROGRAM has failpoints, DIRECTORY is empty.

import assert from 'node:assert/strict';

import { PayingRoom } from '../payments/paying.mjs';

const [program, directory] = process.argv.slice(2);
const room = new PayingRoom(program, directory);
await room.start();
const event = await room.openEvent(4);

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
};

/** Whether the server died by itself before the life came to its end, and its money to rest: that may be after the last answer. */
const diesIn = (rest) => Promise.race([room.server.ended.then(() => true), rest.then(() => false)]);

let orders = 0;
async function dies(point, { faults = {}, quantity = 1, does, ends }) {
  await room.server.kill('SIGTERM');
  await room.server.start({ HOLDFAST_FAILPOINT: point });
  await room.setFaults(faults);
  const his = await room.hold(event, quantity);
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
await room.stop();
const report = room.audit();
assert.equal(report.totals[0].orders, orders);
assert.equal(report.totals[0].captured, orders * 1150);
console.log(`${deaths} deaths at ${points.length} points; ${orders} orders stand, paid with ${report.totals[0].captured}`);
