// `holdfast reconcile` and `holdfast audit --against`: what differs between the journal and the gateway is planted at the gateway, found and set right.
// Usage: books.test.mjs PROGRAM DIRECTORY

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import { PayingRoom } from './paying.mjs';

const [program, directory] = process.argv.slice(2);
const room = new PayingRoom(program, directory, { flags: true });
await room.start();
const event = await room.openEvent(1);
const price = 1150;

const toGateway = ['--payments-url', room.gateway.url, '--payments-key-file', room.gateway.said.key_file];
const toServer = () => ['--url', room.server.url, '--key-file', `${directory}/data/admin.key`];
const reconcile = (status, ...words) => room.run(['reconcile', ...toGateway, ...words], status);

/** "kind payment remedy amount" of each difference, in the order in which they are shown. */
const told = (report) => report.differences.map((one) => [one.kind, one.payment, one.remedy, one.amount].filter((word) => word !== undefined).join(' '));

async function pays(method = 'pm_card_visa') {
  const his = await room.hold(event);
  const paid = await room.pay(his, method);
  return { ...his, status: paid.status, order: paid.body.order_id };
}

/** The gateway's payment that Holdfast made as its `number`-th. */
async function payment(number) {
  const all = (await room.stripe('/v1/payment_intents?limit=100')).data;
  return all.find((one) => one.metadata.holdfast_payment === String(number) && one.metadata.holdfast_event === event);
}

async function refundsOf(id, status) {
  for (let tries = 0; tries < 500; ++tries) {
    const all = (await room.stripe(`/v1/refunds?payment_intent=${id}`)).data;
    if (all.length > 0 && all.every((one) => one.status === status)) return all;
    await pause(20);
  }
  return assert.fail(`the refunds of ${id} never became ${status}`);
}

/** Takes the last records from a gateway's ledger, from the first on that `is`: it was restored from an old backup. */
function forget(is) {
  const file = `${directory}/gateway/ledger.log`;
  const bytes = readFileSync(file);
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    if (is(JSON.parse(bytes.subarray(at + 8, at + 8 + length)))) {
      writeFileSync(file, bytes.subarray(0, at));
      return;
    }
    at += 8 + length;
  }
  assert.fail('the ledger has no such record');
}

// Two books that agree.
assert.equal((await pays()).status, 201); // 1: stands
assert.equal((await pays('pm_card_chargeDeclined')).status, 402); // 2
assert.equal((await pays('pm_card_chargeDeclined')).status, 402); // 3
const given = await pays(); // 4: given back
assert.equal((await room.refund(given.order)).status, 201);
await room.settle();
const clean = reconcile(0, ...toServer(), '--json');
assert.deepEqual([clean.differences, clean.remaining, clean.compared, clean.open, clean.foreign, clean.moving], [[], 0, 4, 0, 0, 0]);
assert.match(reconcile(0, ...toServer(), '--event', event), /0 differences, 0 of them remain; 4 payments compared/);

room.run(['backup', ...toServer(), '--out', `${directory}/backup`]);

// What is planted: money in payments that came to nothing, a refund that fails, refunds nobody asked for, payments nobody intended.
const reserved = await payment(2);
await room.stripe(`/v1/payment_intents/${reserved.id}/confirm`, { payment_method: 'pm_card_visa' });
const taken = await payment(3);
await room.stripe(`/v1/payment_intents/${taken.id}/confirm`, { payment_method: 'pm_card_visa' });
await room.stripe(`/v1/payment_intents/${taken.id}/capture`, {});
const failing = await pays('pm_card_refundFail'); // 5
assert.equal((await room.refund(failing.order)).status, 201);
const lost = await payment(5);
await refundsOf(lost.id, 'failed');
await room.stripe('/v1/refunds', { payment_intent: (await payment(1)).id, amount: '100' });
const made = { amount: '500', currency: 'eur', capture_method: 'manual', 'payment_method_types[]': 'card' };
await room.stripe('/v1/payment_intents', made); // somebody else's
await room.stripe('/v1/payment_intents', { ...made, 'metadata[holdfast_event]': event, 'metadata[holdfast_payment]': '999' });

const planted = ['sums_differ none', 'refund_unasked 1 none', 'money_kept 2 cancel', `money_kept 3 refund ${price}`, `refund_missing 5 refund ${price}`, 'unknown_to_journal 999 none'];
const found = reconcile(1, ...toServer(), '--json');
assert.deepEqual(told(found), planted);
assert.deepEqual([found.remaining, found.repairs, found.foreign], [planted.length, [], 1]);
assert.equal((await payment(2)).status, 'requires_capture', 'without --apply nothing is changed');
assert.match(reconcile(1, ...toServer()), /money_kept: evt_\w+, payment 2 \(pi_\w+\): nothing is sold by it, and 1150 is reserved\n {2}--apply would ask for: cancel at the gateway/);

// What is beyond doubt is set right; the rest is for people.
const applied = reconcile(1, ...toServer(), '--apply', '--json');
assert.deepEqual(applied.repairs.map((one) => [one.payment, one.remedy, one.done]), [[2, 'cancel', true], [3, 'refund', true], [5, 'refund', true]]);
assert.equal((await payment(2)).status, 'canceled');
assert.equal((await refundsOf(taken.id, 'succeeded')).length, 1);
assert.ok((await refundsOf(lost.id, 'failed')).length === 2, 'a card that takes no refund takes no second one either');
const left = ['sums_differ none', 'refund_unasked 1 none', `refund_missing 5 refund ${price}`, 'unknown_to_journal 999 none'];
assert.deepEqual(told(reconcile(1, ...toServer(), '--json')), left);
assert.equal((await refundsOf(taken.id, 'succeeded')).length, 1, 'what was set right is not done again');

// The same without a server, by the audit and by reconcile.
await room.settle();
await room.server.kill('SIGTERM');
const offline = ['--data', `${directory}/data`];
assert.deepEqual(told(reconcile(1, ...offline, '--json')), left);
const audited = room.run(['audit', ...offline, '--against', `${directory}/gateway`, '--at-rest', '--json'], 1);
assert.equal(audited.violations, 0);
assert.deepEqual(told(audited.against), left);
assert.match(room.run(['audit', ...offline, '--against', `${directory}/gateway/ledger.log`], 1), /4 differences between the journal and the gateway/);
assert.match(room.run(['audit', ...offline, '--against', `${directory}/gateway`, '--certificate', `${directory}/certificate`], 1), /no certificate/);

// A gateway that was restored from an old backup has lost a capture, and then the payment altogether.
await room.server.start();
assert.equal((await pays()).status, 201); // 6
const sixth = await payment(6);
await room.gateway.kill();
forget((record) => (record.put ?? []).some((one) => one.id === sixth.id && one.status === 'succeeded'));
await room.gateway.start();
const uncaptured = reconcile(1, ...toServer(), '--apply', '--json');
assert.deepEqual(told(uncaptured), [left[0], left[1], left[2], `not_captured 6 capture ${price}`, left[3]]);
assert.equal((await payment(6)).amount_received, price);
await room.gateway.kill();
forget((record) => (record.put ?? []).some((one) => one.id === sixth.id));
await room.gateway.start();
assert.ok(told(reconcile(1, ...toServer(), '--json')).includes('missing_at_gateway 6 none'));

// What is asked wrongly, and what cannot be answered.
const fails = (status, words, pattern) => assert.match(room.run(['reconcile', ...words], status), pattern);
fails(2, toGateway, /either --data, or --url/);
fails(2, [...toGateway, ...toServer(), ...offline], /either --data, or --url/);
fails(2, [...toGateway, '--url', room.server.url], /needs --key-file/);
fails(2, [...toGateway, ...toServer(), '--event', 'tosca'], /no event's id/);
fails(2, toServer(), /--payments-key-file/);
fails(1, [...toGateway, ...offline], /another process/);
fails(2, ['--payments-url', 'http://example.com', '--payments-key-file', room.gateway.said.key_file, ...toServer()], /https/);
writeFileSync(`${directory}/wrong.key`, 'sk_test_wrong\n', { mode: 0o600 });
fails(1, ['--payments-url', room.gateway.url, '--payments-key-file', `${directory}/wrong.key`, ...toServer()], /does not list what it has: unauthorised/);
await room.stop();
fails(1, [...toGateway, ...offline], /does not list what it has/);
await room.gateway.start();
fails(1, [...toGateway, '--data', `${directory}/backup`, '--marks', `${directory}/data/marks`], /the journal has 1 violations/);
await room.gateway.kill();
assert.match(room.run(['audit', ...offline, '--against', `${directory}/nowhere`], 1), /cannot read/);
assert.match(room.run(['audit', ...offline, '--at-rest'], 2), /--against/);
assert.match(room.run(['serve', ...offline, '--payments-url', 'http://example.com'], 2), /--payments-url .*https/);
assert.match(room.run(['serve', ...offline, '--payments-key-file', `${directory}/nowhere`], 2), /does not exist/);
console.log('both books compared');
