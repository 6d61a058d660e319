// With codes of tests/golden/tickets, and with those in the file $HF_TICKETS, which the C++ tests make fresh.

import assert from 'node:assert/strict';
import { createPublicKey, verify as nodeVerify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { CODE_LETTERS, decodeTicketCode, TicketError, TicketVerifier } from './index.js';

const golden = JSON.parse(readFileSync(new URL('../../../tests/golden/tickets/codes-v1.json', import.meta.url)));
const fresh = process.env.HF_TICKETS ? JSON.parse(readFileSync(process.env.HF_TICKETS)) : golden;
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const MUTATIONS = 10_000;

const random = (below) => Math.floor(Math.random() * below);
const reasonOf = (promise) => promise.then(() => 'valid', (error) => (error instanceof TicketError ? error.reason : error));

/** Another code, near to `code`: mostly with another letter or two, sometimes with one too many or too few. */
function mutated(code) {
  for (;;) {
    const at = random(code.length);
    const letter = ALPHABET[random(ALPHABET.length)];
    const [before, here, after] = [code.slice(0, at), code[at], code.slice(at + 1)];
    const other = [before + letter + after, before + letter + after, before + letter + mirrored(after), before + after, before + letter + here + after][random(5)];
    if (other !== code) return other;
  }
}

/** With two neighbours changed places. */
function mirrored(text) {
  const at = random(Math.max(text.length - 1, 1));
  return text.slice(0, at) + text.slice(at, at + 2).split('').reverse().join('') + text.slice(at + 2);
}

for (const [name, { jwks, codes }] of Object.entries({ golden, fresh })) {
  test(`${name} codes are read as what they were made of`, async () => {
    const verifier = await TicketVerifier.from(jwks);
    assert.ok(codes.length >= 3);
    for (const { code, ticket_id: ticketId, event_id: eventId, serial } of codes) {
      assert.equal(code.length, CODE_LETTERS);
      const says = await verifier.verify(code);
      assert.equal(says.ticketId, ticketId);
      assert.equal(says.serial, serial);
      assert.equal(says.eventId, eventId ?? `evt_${ticketId.slice(4, 17)}`);
      assert.equal(String(says.key), jwks.keys[0].kid);
    }
  });
}

test(`of ${MUTATIONS} changed codes none is valid`, async () => {
  const verifier = await TicketVerifier.from(fresh.jwks);
  let forged = 0;
  for (let i = 0; i < MUTATIONS; ++i) {
    const code = mutated(fresh.codes[random(fresh.codes.length)].code);
    const reason = await reasonOf(verifier.verify(code));
    assert.ok(['malformed', 'wrong_version', 'unknown_key', 'forged'].includes(reason), `${code}: ${reason}`);
    if (reason === 'forged') ++forged;
  }
  assert.ok(forged > MUTATIONS / 3, `${forged} were refused by their signature`);
});

test('Node without WebCrypto comes to the same', () => {
  for (const { code } of fresh.codes) {
    const { key, signed, signature } = decodeTicketCode(code);
    const jwk = fresh.jwks.keys.find(({ kid }) => kid === String(key));
    const publicKey = createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, format: 'jwk' });
    assert.ok(nodeVerify(null, signed, publicKey, signature));
    signed[signed.length - 1] ^= 1;
    assert.ok(!nodeVerify(null, signed, publicKey, signature));
  }
});

test('a door refuses other events, codes that were issued anew, and keys that it does not know', async () => {
  const verifier = await TicketVerifier.from(golden.jwks);
  const [first, second] = golden.codes;
  assert.equal(first.ticket_id, second.ticket_id);
  const eventId = `evt_${first.ticket_id.slice(4, 17)}`;
  const at = (code, options) => reasonOf(verifier.verify(code, options));
  assert.equal(await at(first.code, { eventId }), 'valid');
  assert.equal(await at(first.code, { eventId: 'evt_0000000000001' }), 'wrong_event');
  const revoked = new Map([[first.ticket_id, second.serial]]);
  assert.equal(await at(first.code, { eventId, revoked }), 'revoked');
  assert.equal(await at(second.code, { eventId, revoked }), 'valid');
  revoked.set(first.ticket_id, Number.POSITIVE_INFINITY);
  assert.equal(await at(second.code, { eventId, revoked }), 'revoked');
  const without = await TicketVerifier.from({ keys: golden.jwks.keys.slice(1) });
  assert.equal(await reasonOf(without.verify(first.code)), 'unknown_key');
  const wrongKey = await TicketVerifier.from({ keys: [{ ...golden.jwks.keys[1], kid: golden.jwks.keys[0].kid }] });
  assert.equal(await reasonOf(wrongKey.verify(first.code)), 'forged');
});

test('what is no code says so', async () => {
  const verifier = await TicketVerifier.from(golden.jwks);
  const { code } = golden.codes[0];
  for (const wrong of ['', 'x', null, 7, code.toLowerCase(), `${code}0`, code.slice(1), '0'.repeat(CODE_LETTERS - 1) + 'U']) {
    assert.equal(await reasonOf(verifier.verify(wrong)), 'malformed', String(wrong));
  }
  assert.equal(await reasonOf(verifier.verify('0'.repeat(CODE_LETTERS))), 'wrong_version');
});

test('keys of kinds that came later are passed over', async () => {
  const verifier = await TicketVerifier.from({ keys: [{ kty: 'EC', crv: 'P-256', kid: '9', x: '', y: '' }, ...golden.jwks.keys] });
  assert.equal((await verifier.verify(golden.codes[0].code)).serial, 1);
});
