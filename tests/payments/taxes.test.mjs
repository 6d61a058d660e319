// `holdfast audit --against` of an event that is taxed on top: sold, given back in part and whole, and money that went back unasked.
// Usage: taxes.test.mjs PROGRAM DIRECTORY

import assert from 'node:assert/strict';

import { PayingRoom } from './paying.mjs';

const [program, directory] = process.argv.slice(2);
const room = new PayingRoom(program, directory);
await room.start();
const event = await room.openEvent(1, { tax: { name: 'VAT', basis_points: 2000, mode: 'exclusive' } });
const tax = 230;
const each = 1150 + tax;

async function sells(quantity) {
  const paid = await room.pay(await room.hold(event, quantity));
  assert.equal(paid.status, 201, paid.text);
  assert.equal(paid.body.total, quantity * each);
  return paid.body;
}

const partly = await sells(2);
const one = await room.refund(partly.order_id, { body: { tickets: [partly.tickets[1].ticket_id] } });
assert.deepEqual([one.status, one.body.amount], [201, each], 'a ticket goes back with its tax');
const whole = await sells(2);
const all = await room.refund(whole.order_id);
assert.deepEqual([all.status, all.body.amount], [201, 2 * each]);
await sells(1);
await room.settle();
const payments = (await room.stripe('/v1/payment_intents?limit=100')).data;
const standing = payments.find(({ metadata }) => metadata.holdfast_payment === '3');
assert.equal(standing.amount_received, each);
await room.stop();
assert.equal(room.audit().totals[0].captured, 2 * each);

// The negative control: the tax alone goes back at the gateway, and nobody asked for it.
await room.gateway.start();
await room.stripe('/v1/refunds', { payment_intent: standing.id, amount: `${tax}` });
await room.gateway.kill('SIGTERM');
const words = ['audit', '--data', `${directory}/data`, '--against', `${directory}/gateway`, '--at-rest', '--json'];
const found = room.run(words, 1);
assert.equal(found.violations, 0);
assert.deepEqual(found.against.differences.map(({ kind }) => kind).toSorted(), ['refund_unasked', 'sums_differ']);
console.log('both books agree on what is taxed');
