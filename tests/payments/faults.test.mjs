// The rows of docs/reliability.md about gateways, each with a real server and a real gateway. Usage: faults.test.mjs PROGRAM DIRECTORY

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

import { PayingRoom } from './paying.mjs';

const [program, directory] = process.argv.slice(2);
const room = new PayingRoom(program, directory, { webhooks: true });
await room.start();
const event = await room.openEvent(2);
const price = 1150;
let standing = 0;

// What is read comes from a view, which may be a moment behind what was answered.
const holdOf = (his) => room.ask('GET', `/v1/holds/${his.hold}`, { bearer: his.bearer });
const ordersOf = async (his) => (await room.ask('GET', '/v1/orders', { bearer: his.bearer })).body.items;
const until = async (what, is) => {
  for (let tries = 0; tries < 1500; ++tries) {
    if (await is()) return;
    await pause(10);
  }
  assert.fail(`it never came to this: ${what}`);
};

/**
 * A buyer pays under a script of faults; told so, and told the same again; at rest his order stands, or nothing is kept. A gateway that could not be
 * reached is no answer that is kept: the same request begins anew, and pays.
 */
async function row(name, rules, status, { method = 'pm_card_visa', webhooks, ended = false } = {}) {
  await room.setFaults({ seed: 1, rules: rules.map((rule, i) => ({ name: `${name} ${i}`, ...rule })), ...(webhooks ? { webhooks } : {}) });
  const his = await room.hold(event);
  const key = `row-${name.replaceAll(/\W+/g, '-')}`;
  const told = await room.pay(his, method, { key });
  assert.equal(told.status, status, `${name}: ${told.text}`);
  await room.settle();
  const again = await room.pay(his, method, { key });
  if (status === 503) {
    assert.equal(again.status, 201, `${name}: the same request pays`);
  } else {
    assert.equal(again.text, told.text, `${name}: the same request, the same bytes`);
  }
  const paid = again.status === 201;
  const orders = async () => (await ordersOf(his)).filter((one) => one.status === 'confirmed').length;
  if (paid) await until(`${name}: an order`, async () => (await orders()) === 1);
  assert.equal(await orders(), paid ? 1 : 0, `${name}: orders`);
  standing += await orders();
  if (!paid) {
    // Whoever was turned down may try another card, with the same hold; one whose order was taken back begins anew.
    await room.setFaults({});
    const wanted = ended ? 'failed' : 'held';
    await until(`${name}: the hold is ${wanted}`, async () => (await holdOf(his)).body.status === wanted);
    assert.equal((await room.pay(ended ? await room.hold(event) : his)).status, 201, `${name}: another card`);
    standing += 1;
  }
  await room.settle();
  const ledger = room.ledger();
  const kept = ledger.payments.reduce((sum, one) => sum + one.capturable + one.captured - one.refunded, 0);
  assert.equal(kept, standing * price, `${name}: the gateway keeps what was sold, and no more`);
}

const calls = ['create', 'confirm', 'capture'];
const once = { times: 1 };
for (const on of calls) {
  await row(`answers twice, ${on}`, [{ on, do: 'twice', ...once }], 201);
  await row(`an error after the effect, ${on}`, [{ on, do: 'fail_after', status: 500, ...once }], 201);
  await row(`an error before the effect, ${on}`, [{ on, do: 'fail_before', status: 500, ...once }], 201);
  await row(`a time-out with the effect, ${on}`, [{ on, do: 'wait_after', ms: 700, ...once }], 201);
  await row(`a time-out without the effect, ${on}`, [{ on, do: 'drop_request', times: 4 }], 201);
  await row(`a lost answer, ${on}`, [{ on, do: 'drop_response', times: 4 }], 201);
  await row(`garbage, ${on}`, [{ on, do: 'garbage', ...once }], 201);
  await row(`half an answer, ${on}`, [{ on, do: 'truncate', ...once }], 201);
  await row(`another amount, ${on}`, [{ on, do: 'wrong_amount', number: 1, ...once }], 502, { ended: on === 'capture' });
  await row(`another currency, ${on}`, [{ on, do: 'wrong_currency', text: 'usd', ...once }], 502, { ended: on === 'capture' });
  if (on !== 'create') await row(`an error that is kept, ${on}`, [{ on, do: 'fail_after', status: 500, kept: true, ...once }], 201);
}
// It has made a payment, perhaps, through which no money goes: nothing is lost by giving it up.
await row('an error that is kept, create', [{ on: 'create', do: 'fail_after', status: 500, kept: true, ...once }], 503);
await row('no answer for longer than a payment may take', [{ on: 'confirm', do: 'wait', ms: 60_000, ...once }], 504);
assert.ok((await room.metric('holdfast_payments_mismatched_total')) >= 2 * calls.length, 'somebody is called');

// Notifications: a hundred copies, in any order, forged, and before the answer that they tell of.
const refusedBefore = await room.metric('holdfast_payment_notifications_refused_total');
await row('notifications', [{ on: 'any', do: 'wait_after', ms: 100 }], 201, { webhooks: { copies: 100, shuffled: 20, forged: 5 } });
await until('forgeries are refused', async () => (await room.metric('holdfast_payment_notifications_refused_total')) >= refusedBefore + 5);
await row('notifications while every second call is lost', [{ on: 'any', do: 'drop_response', every: 2, times: 8 }], 201, {
  webhooks: { copies: 100, shuffled: 50, ms: { uniform: [0, 50] } },
});
await until('copies come in', async () => (await room.metric('holdfast_payment_notifications_total')) >= 200);

// A gateway that is down: the circuit opens, the buyer is told, and has his hold for longer; when it is back he pays with the same hold.
const before = await room.hold(event);
await room.gateway.kill();
let refused;
await until('the circuit opens', async () => {
  refused = await room.pay(before);
  assert.equal(refused.status, 503, refused.text);
  assert.equal(refused.body.code, 'payments_unavailable');
  assert.ok(Number(refused.headers.get('retry-after')) >= 1, 'he is told when to try again');
  return (await room.metric('holdfast_gateway_circuit_opened_total')) >= 1;
});
await until('he has his hold, no shorter than before', async () => {
  const kept = (await holdOf(before)).body;
  return kept.status === 'held' && kept.expires_at >= before.expiresAt;
});
await room.gateway.start();
await until('he pays when it is back', async () => (await room.pay(before)).status === 201);
standing += 1;

// One that goes away in the middle: the seats stay his while nobody knows, up to the cap, and it ends sold.
const pinned = await room.hold(event);
await room.setFaults({ seed: 1, rules: [{ name: 'away', on: 'capture', do: 'drop_request' }] });
let paid = null;
const paying = room.pay(pinned, 'pm_card_visa').then((told) => (paid = told));
await until('the order waits for its money', async () => {
  const open = (await room.ask('GET', '/v1/admin/payments')).body.items;
  return open.length === 1 && open[0].status === 'booked' && open[0].tries >= 3;
});
assert.equal(await room.metric('holdfast_payments_stuck'), 1, 'and somebody can see that it does');
assert.equal(paid, null);
await room.setFaults({});
await paying;
assert.equal(paid.status, 201);
standing += 1;

await room.settle();
await room.stop();
const report = room.audit();
assert.equal(report.totals[0].captured, standing * price);
console.log(`${standing} orders stand, ${report.against.compared} payments in both books`);
