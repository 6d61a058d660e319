// Stripe's own client against the gateway simulator: what it understands, the simulator says as Stripe does. With HOLDFAST_STRIPE_KEY_FILE, the
// file of a secret key of Stripe's test mode, the same tests run against Stripe. Otherwise needs HOLDFAST_BIN and an empty directory HOLDFAST_ROOM.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import Stripe from 'stripe';

const keyFile = process.env.HOLDFAST_STRIPE_KEY_FILE;
const onlySimulated = keyFile ? { skip: 'Stripe itself cannot be asked to do this' } : {};

/** Notifications as they came. */
const inbox = { server: null, url: '', letters: [] };
let simulator = null;
let ready = null;
let stripe = null;

before(async () => {
  if (keyFile) {
    stripe = new Stripe(readFileSync(keyFile, 'utf8').trim(), { maxNetworkRetries: 0 });
    return;
  }
  inbox.server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      inbox.letters.push({ body: Buffer.concat(parts), signature: request.headers['stripe-signature'] });
      response.end();
    });
  });
  inbox.server.listen(0, '127.0.0.1');
  await once(inbox.server, 'listening');
  inbox.url = `http://127.0.0.1:${inbox.server.address().port}/hook`;
  simulator = spawn(process.env.HOLDFAST_BIN, ['gateway', '--data', process.env.HOLDFAST_ROOM, '--webhook-url', inbox.url, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const chunk of simulator.stdout) {
    said += chunk;
    if (said.includes('\n')) break;
  }
  ready = JSON.parse(said);
  stripe = client();
});

after(async () => {
  if (!simulator) return;
  const ended = once(simulator, 'exit');
  simulator.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  inbox.server.closeAllConnections();
  inbox.server.close();
});

function client(options = {}, key = readFileSync(ready.key_file, 'utf8').trim()) {
  const at = new URL(ready.url);
  return new Stripe(key, { host: at.hostname, port: at.port, protocol: 'http', maxNetworkRetries: 0, ...options });
}

const terms = { amount: 5000, currency: 'eur', capture_method: 'manual', payment_method_types: ['card'] };
const reserve = (method = 'pm_card_visa', more = {}) =>
  stripe.paymentIntents.create({ ...terms, confirm: true, payment_method: method, ...more });

/** The error that a promise must end with. */
async function failure(promise) {
  return promise.then(() => assert.fail('it should have failed'), (error) => error);
}

async function until(condition, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `not within ${seconds} s: ${condition}`);
    await pause(20);
  }
}

test('a payment is made, confirmed, captured and retrieved', async () => {
  const made = await stripe.paymentIntents.create({ ...terms, metadata: { order: 'ord_1' }, description: 'Tosca & more' });
  assert.equal(made.object, 'payment_intent');
  assert.equal(made.status, 'requires_payment_method');
  assert.deepEqual({ ...made.metadata }, { order: 'ord_1' });
  assert.equal(made.description, 'Tosca & more');
  const confirmed = await stripe.paymentIntents.confirm(made.id, { payment_method: 'pm_card_visa', error_on_requires_action: true });
  assert.equal(confirmed.status, 'requires_capture');
  assert.equal(confirmed.amount_capturable, 5000);
  assert.equal(confirmed.amount_received, 0);
  const captured = await stripe.paymentIntents.capture(made.id, {}, { idempotencyKey: randomUUID() });
  assert.equal(captured.status, 'succeeded');
  assert.equal(captured.amount_received, 5000);
  const again = await stripe.paymentIntents.retrieve(made.id, { expand: ['latest_charge'] });
  assert.equal(again.latest_charge.object, 'charge');
  assert.equal(again.latest_charge.captured, true);
  assert.equal(again.latest_charge.amount_refunded, 0);
  assert.equal(again.latest_charge.payment_method_details.card.last4, '4242');
  assert.equal(typeof again.latest_charge.payment_method_details.card.fingerprint, 'string');
});

test('one call makes and confirms, and captures at once when it is told to', async () => {
  assert.equal((await reserve()).status, 'requires_capture');
  const whole = await reserve('pm_card_visa', { capture_method: 'automatic' });
  assert.equal(whole.status, 'succeeded');
  assert.equal(whole.amount_received, 5000);
});

test('cancelling releases what is reserved, and nothing follows it', async () => {
  const { id } = await reserve();
  const ended = await stripe.paymentIntents.cancel(id, { cancellation_reason: 'abandoned' });
  assert.equal(ended.status, 'canceled');
  assert.equal(ended.cancellation_reason, 'abandoned');
  assert.equal(ended.amount_capturable, 0);
  const error = await failure(stripe.paymentIntents.capture(id));
  assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError);
  assert.equal(error.statusCode, 400);
  assert.equal(error.code, 'payment_intent_unexpected_state');
  assert.equal(error.payment_intent.status, 'canceled');
});

test('declines are card errors with their codes, and the payment takes another card', async () => {
  const { id } = await stripe.paymentIntents.create(terms);
  const expected = [
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', undefined],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', undefined],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', undefined],
  ];
  for (const [method, code, declineCode] of expected) {
    const error = await failure(stripe.paymentIntents.confirm(id, { payment_method: method }));
    assert.ok(error instanceof Stripe.errors.StripeCardError, method);
    assert.equal(error.statusCode, 402);
    assert.equal(error.code, code);
    if (declineCode) assert.equal(error.decline_code, declineCode);
    assert.equal(error.payment_intent.id, id);
    assert.equal(error.payment_intent.status, 'requires_payment_method');
    const now = await stripe.paymentIntents.retrieve(id);
    assert.equal(now.last_payment_error.code, code);
  }
  assert.equal((await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })).status, 'requires_capture');
});

test('a card that needs proof of identity is declined when nobody can be asked for it', async () => {
  const { id } = await stripe.paymentIntents.create(terms);
  const error = await failure(
    stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_authenticationRequired', error_on_requires_action: true }),
  );
  assert.ok(error instanceof Stripe.errors.StripeCardError);
  assert.equal(error.code, 'authentication_required');
});

test('refunds go in parts, to the whole, and no further', async () => {
  const { id } = await reserve('pm_card_visa', { capture_method: 'automatic' });
  const part = await stripe.refunds.create({ payment_intent: id, amount: 1200, metadata: { refund: 'rf_1' } });
  assert.equal(part.object, 'refund');
  assert.equal(part.status, 'succeeded');
  assert.equal(part.amount, 1200);
  assert.equal(part.payment_intent, id);
  const tooMuch = await failure(stripe.refunds.create({ payment_intent: id, amount: 3801 }));
  assert.ok(tooMuch instanceof Stripe.errors.StripeInvalidRequestError);
  assert.equal(tooMuch.statusCode, 400);
  assert.equal((await stripe.refunds.create({ payment_intent: id })).amount, 3800);
  const already = await failure(stripe.refunds.create({ payment_intent: id }));
  assert.equal(already.code, 'charge_already_refunded');
  const { latest_charge: charge } = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
  assert.equal(charge.amount_refunded, 5000);
  assert.equal(charge.refunded, true);
  assert.deepEqual({ ...(await stripe.refunds.retrieve(part.id)).metadata }, { refund: 'rf_1' });
  assert.deepEqual((await stripe.refunds.list({ payment_intent: id })).data.map((each) => each.amount), [3800, 1200]);
});

test('the same key gives the same answer, also a decline, and other parameters are an error', async () => {
  const key = randomUUID();
  const first = await stripe.paymentIntents.create(terms, { idempotencyKey: key });
  const second = await stripe.paymentIntents.create(terms, { idempotencyKey: key });
  assert.equal(second.id, first.id);
  assert.equal(second.lastResponse.headers['idempotent-replayed'], 'true');
  const error = await failure(stripe.paymentIntents.create({ ...terms, amount: 6000 }, { idempotencyKey: key }));
  assert.ok(error instanceof Stripe.errors.StripeIdempotencyError);
  assert.equal(error.statusCode, 400);
  const declineKey = randomUUID();
  const decline = () =>
    failure(stripe.paymentIntents.confirm(first.id, { payment_method: 'pm_card_visa_chargeDeclined' }, { idempotencyKey: declineKey }));
  assert.equal((await decline()).charge, (await decline()).charge);
});

test('lists are paged, and the client walks through them', async () => {
  const made = [];
  for (let i = 0; i < 5; i += 1) {
    made.unshift((await stripe.paymentIntents.create({ ...terms, amount: 1000 + i })).id);
  }
  const page = await stripe.paymentIntents.list({ limit: 2 });
  assert.equal(page.has_more, true);
  assert.deepEqual(page.data.map((each) => each.id), made.slice(0, 2));
  const seen = [];
  for await (const each of stripe.paymentIntents.list({ limit: 2 })) {
    seen.push(each.id);
    if (seen.length === 5) break;
  }
  assert.deepEqual(seen, made);
  const none = await stripe.paymentIntents.list({ created: { lt: 1 } });
  assert.deepEqual(none.data, []);
});

test('what is wrong has the errors that the client knows', async () => {
  const missing = await failure(stripe.paymentIntents.retrieve('pi_none'));
  assert.ok(missing instanceof Stripe.errors.StripeInvalidRequestError);
  assert.equal(missing.statusCode, 404);
  assert.equal(missing.code, 'resource_missing');
  for (const [change, param] of [
    [{ amount: undefined }, 'amount'],
    [{ currency: 'zzz' }, 'currency'],
    [{ amount: 1 }, 'amount'],
    [{ nonsense: '1' }, 'nonsense'],
  ]) {
    const error = await failure(stripe.paymentIntents.create({ ...terms, ...change }));
    assert.equal(error.statusCode, 400, param);
    if (param !== 'nonsense' || !keyFile) assert.equal(error.param, param);
  }
  const method = await failure(stripe.paymentIntents.create({ ...terms, confirm: true, payment_method: 'pm_card_unheard_of' }));
  assert.equal(method.code, 'resource_missing');
  assert.equal(method.param, 'payment_method');
});

test('a key that is wrong is not let in', async () => {
  const stranger = keyFile ? new Stripe('sk_test_wrong') : client({}, 'sk_test_wrong');
  const error = await failure(stranger.paymentIntents.create(terms));
  assert.ok(error instanceof Stripe.errors.StripeAuthenticationError);
  assert.equal(error.statusCode, 401);
});

test('events tell of a payment, signed as the client verifies them', onlySimulated, async () => {
  const { id } = await reserve('pm_card_visa', { capture_method: 'automatic' });
  const secret = readFileSync(ready.webhook_secret_file, 'utf8').trim();
  const events = () =>
    inbox.letters.map(({ body, signature }) => stripe.webhooks.constructEvent(body, signature, secret)).filter((each) => each.data.object.id === id);
  await until(() => events().some((each) => each.type === 'payment_intent.succeeded'));
  const told = events().find((each) => each.type === 'payment_intent.succeeded');
  assert.equal(told.object, 'event');
  assert.equal((await stripe.events.retrieve(told.id)).data.object.amount_received, 5000);
  assert.ok((await stripe.events.list({ type: 'payment_intent.succeeded' })).data.some((each) => each.id === told.id));
  const { body, signature } = inbox.letters[0];
  assert.throws(() => stripe.webhooks.constructEvent(Buffer.concat([body, Buffer.from(' ')]), signature, secret));
  assert.throws(() => stripe.webhooks.constructEvent(body, signature, 'whsec_other'));
});

test('the client repeats a request whose answer was lost, and nothing happens twice', onlySimulated, async () => {
  const patient = client({ maxNetworkRetries: 3 });
  const script = { rules: [{ name: 'lost', on: 'create', do: 'drop_response', times: 2 }, { name: 'failed', on: 'refund', do: 'fail_after', times: 1 }] };
  const control = (path, method, body) =>
    fetch(`${ready.url}/_gateway/${path}`, {
      method,
      body: body && JSON.stringify(body),
      headers: { authorization: `Bearer ${readFileSync(ready.key_file, 'utf8').trim()}` },
    });
  assert.equal((await control('faults', 'PUT', script)).status, 200);
  const order = randomUUID();
  const made = await patient.paymentIntents.create({ ...terms, capture_method: 'automatic', confirm: true, payment_method: 'pm_card_visa', metadata: { order } });
  assert.equal(made.status, 'succeeded');
  assert.equal((await patient.refunds.create({ payment_intent: made.id, amount: 100 })).amount, 100);
  const all = [];
  for await (const each of stripe.paymentIntents.list({ limit: 100 })) all.push(each);
  assert.equal(all.filter((each) => each.metadata.order === order).length, 1);
  assert.equal((await stripe.refunds.list({ payment_intent: made.id })).data.length, 1);
  const { rules } = await (await control('counts', 'GET')).json();
  assert.deepEqual([rules.lost.struck, rules.failed.struck], [2, 1]);
});
