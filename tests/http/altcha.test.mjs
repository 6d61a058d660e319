// ALTCHA's official library (version 1 of the protocol) against the door of waiting rooms. Needs ALTCHA_PEER, a door that challenges everybody, and an
// empty directory HOLDFAST_ROOM.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

import { createChallenge, extractParams, solveChallenge, verifySolution } from 'altcha-lib/v1';

const keys = join(process.env.HOLDFAST_ROOM, 'keys');
const largest = 2_000;
/** The library goes by the clock of the machine, and so do these tests: long enough ahead of any expiry, or long after it. */
const now = Date.now();
let door = null;

/** A door that answers line by line. */
function startDoor() {
  const child = spawn(process.env.ALTCHA_PEER, [keys, String(largest)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (...words) => {
    child.stdin.write(`${words.join(' ')}\n`);
    const { value, done } = await lines.next();
    assert.ok(!done, 'the door answers');
    return value;
  };
  return {
    issue: async (event, buyer, at = now) => JSON.parse(await ask('issue', event, buyer, at)),
    knock: (event, buyer, payload, at = now) => ask('knock', event, buyer, at, payload),
    stop: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

/** The key as other libraries take it, made from a key file of the server. */
function keyText(number) {
  return createHmac('sha256', readFileSync(join(keys, `token-${number}.key`))).update('holdfast door challenge').digest('hex');
}

/** What a page would send: the library's solution, packed as its widget packs it. */
async function solved(challenge) {
  const solution = await solveChallenge(challenge.challenge, challenge.salt, challenge.algorithm, challenge.maxnumber).promise;
  assert.ok(solution, 'there is a solution');
  const { algorithm, challenge: hash, salt, signature } = challenge;
  return pack({ algorithm, challenge: hash, number: solution.number, salt, signature, took: solution.took });
}

const pack = (payload) => btoa(JSON.stringify(payload));
const unpack = (payload) => JSON.parse(atob(payload));

before(() => {
  door = startDoor();
});

after(() => door.stop());

test('the library solves what the door issues, and the door takes it, once for each join', async () => {
  for (let buyer = 1; buyer <= 10; buyer += 1) {
    const challenge = await door.issue(5, buyer);
    assert.deepEqual(Object.keys(challenge).sort(), ['algorithm', 'challenge', 'maxnumber', 'salt', 'signature']);
    assert.equal(challenge.maxnumber, largest);
    const payload = await solved(challenge);
    assert.equal(await door.knock(5, buyer, payload), 'allow');
    assert.equal(await door.knock(5, buyer, payload, now + 61_000), 'challenge_used');
  }
});

test('the library takes the door\'s challenges for its own, by the same key', async () => {
  const challenge = await door.issue(5, 100);
  const payload = await solved(challenge);
  assert.equal(await verifySolution(payload, keyText(1)), true);
  assert.equal(await verifySolution(payload, keyText(1).replace(/^./, (digit) => (digit === '0' ? '1' : '0'))), false);
  const params = extractParams(payload);
  assert.equal(Number(params.expires), Math.floor(now / 1_000) + 300);
  assert.match(params.for, /^[0-9a-f]{32}$/);
  const old = await solved(await door.issue(5, 100, now - 3_600_000));
  assert.equal(await verifySolution(old, keyText(1)), false);
  assert.equal(await verifySolution(old, keyText(1), false), true);
});

test('expired, altered, another buyer\'s and another event\'s are refused', async () => {
  const payload = await solved(await door.issue(5, 200));
  assert.equal(await door.knock(5, 200, payload, now + 301_000), 'challenge_expired');
  assert.equal(await door.knock(6, 200, payload), 'challenge_altered');
  assert.equal(await door.knock(5, 201, payload), 'challenge_altered');
  const wrong = unpack(payload);
  assert.equal(await door.knock(5, 200, pack({ ...wrong, number: wrong.number + 1 })), 'challenge_altered');
  assert.equal(await door.knock(5, 200, pack({ ...wrong, salt: wrong.salt.replace('expires=1', 'expires=9') })), 'challenge_altered');
  assert.equal(await door.knock(5, 200, 'nonsense'), 'challenge_malformed');
  assert.equal(await door.knock(5, 200, payload), 'allow');
});

test('a challenge that the library made is not the door\'s, even with its key', async () => {
  const own = await createChallenge({ hmacKey: keyText(1), maxnumber: 100, expires: new Date(now + 60_000) });
  const payload = await solved({ ...own, maxnumber: 100 });
  assert.equal(await verifySolution(payload, keyText(1)), true);
  assert.equal(await door.knock(5, 300, payload), 'challenge_altered');
});

test('of two live keys either is good, and an older one is not', async () => {
  const before = await solved(await door.issue(5, 400));
  await door.stop();
  mkdirSync(keys, { recursive: true });
  writeFileSync(join(keys, 'token-2.key'), Buffer.alloc(32, 2), { mode: 0o600 });
  door = startDoor();
  const newer = await solved(await door.issue(5, 401));
  assert.equal(await verifySolution(newer, keyText(2)), true);
  assert.equal(await door.knock(5, 400, before), 'allow');
  assert.equal(await door.knock(5, 401, newer), 'allow');
  await door.stop();
  writeFileSync(join(keys, 'token-3.key'), Buffer.alloc(32, 3), { mode: 0o600 });
  door = startDoor();
  assert.equal(await door.knock(5, 400, before), 'challenge_altered');
  assert.equal(await door.knock(5, 401, newer), 'allow');
});
