import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { DrawError, fromHex, leafOf, splitLeaves, toHex, verifyDraw, verifyReceipt } from './index.js';

// The same entrants, and the same values, as the server's own test of the draw (tests/domain/queue/draw_test.cpp).
const seed = toHex(Uint8Array.from({ length: 32 }, (_, at) => at));
const commitment = '630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd';
const root = 'd7e7a899a71cbe2793fc317ec412210acbdc65a8ccc7c697fad6eaea9b82ddb2';
const rootOfFive = 'de199eb670bce840e0f70a577bc06c5a0426ebfe88b3b145c8df9901c2997fd0';
const value = 'drand 1000: 2f7a';

const digits = (number) => number.toString(16).padStart(16, '0');
const receipt = (at) => ({ place: at + 1, subject: digits(BigInt.asUintN(64, 0x1111111111111111n * BigInt(at + 1))) + digits(BigInt(at)), band: at % 3 });
const eight = () => Promise.all(Array.from({ length: 8 }, (_, at) => leafOf(receipt(at))));
const rejects = (reason, what) => assert.rejects(what, (error) => error instanceof DrawError && error.reason === reason);

const pair = (left, right) => createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest();

/** The audit path of RFC 6962, 2.1.1, as the RFC words it. */
function pathOf(index, leaves) {
  if (leaves.length <= 1) return [];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const left = leaves.slice(0, split);
  const right = leaves.slice(split);
  return index < split ? [...pathOf(index, left), treeOf(right)] : [...pathOf(index - split, right), treeOf(left)];
}

function treeOf(leaves) {
  if (leaves.length === 1) return leaves[0];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return pair(treeOf(leaves.slice(0, split)), treeOf(leaves.slice(split)));
}

test('a draw is computed anew from what is published', async () => {
  const leaves = await eight();
  assert.equal(toHex(leaves[0]), '11ce0aea766fa2f2035f2448c45ae1d008d06e65ca49980811e0b3666837dd8f');
  assert.deepEqual(await verifyDraw({ commitment, root, seed, round_value: value }, leaves), { order: [0, 4, 1, 6, 7, 5, 2, 3], minted: false });
  assert.deepEqual(await verifyDraw({ commitment, root, seed, round_value: null }, leaves), { order: [7, 3, 6, 1, 2, 5, 0, 4], minted: true });
});

test('a draw of nobody holds', async () => {
  const nothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  assert.deepEqual(await verifyDraw({ commitment, root: nothing, seed, round_value: value }, []), { order: [], minted: false });
});

test('another seed, other entrants and another order of them are found', async () => {
  const leaves = await eight();
  const draw = { commitment, root, seed, round_value: value };
  await rejects('wrong_seed', verifyDraw({ ...draw, seed: seed.replace(/^00/, '01') }, leaves));
  await rejects('malformed', verifyDraw({ ...draw, seed: seed.slice(2) }, leaves));
  await rejects('malformed', verifyDraw({ ...draw, seed: undefined }, leaves));
  await rejects('wrong_root', verifyDraw(draw, leaves.slice(1)));
  await rejects('wrong_root', verifyDraw(draw, leaves.toReversed?.() ?? [...leaves].reverse()));
  await rejects('wrong_root', verifyDraw({ ...draw, root: rootOfFive }, leaves));
  await verifyDraw({ ...draw, root: rootOfFive }, leaves.slice(0, 5));
});

test('leaves come as bytes', async () => {
  const leaves = await eight();
  const bytes = new Uint8Array(leaves.flatMap((leaf) => [...leaf]));
  assert.deepEqual(splitLeaves(bytes), leaves);
  assert.throws(() => splitLeaves(bytes.subarray(1)), DrawError);
  assert.throws(() => fromHex('0G'.repeat(32)), DrawError);
});

test('everybody proves their own entry, in trees of every size, and nobody that of another', async () => {
  const leaves = [];
  for (let at = 0; at < 40; ++at) {
    leaves.push(await leafOf(receipt(at)));
    const entrants = leaves.length;
    const top = Buffer.from(treeOf(leaves)).toString('hex');
    for (let index = 0; index < entrants; ++index) {
      const proof = { index, entrants, path: pathOf(index, leaves).map((hash) => Buffer.from(hash).toString('hex')), root: top };
      await verifyReceipt({ ...receipt(index), leaf: toHex(leaves[index]) }, proof);
      await rejects('not_in_tree', verifyReceipt({ ...receipt(index), band: 7 }, proof));
      if (entrants > 1) await rejects('not_in_tree', verifyReceipt(receipt((index + 1) % entrants), proof));
      await rejects('not_in_tree', verifyReceipt(receipt(index), { ...proof, path: [...proof.path, top] }));
    }
    await rejects('malformed', verifyReceipt(receipt(0), { index: entrants, entrants, path: [], root: top }));
  }
});

test('a receipt with the leaf of another is refused', async () => {
  const [first, second] = await eight();
  await rejects('wrong_leaf', verifyReceipt({ ...receipt(0), leaf: toHex(second) }, { index: 0, entrants: 1, path: [], root: toHex(first) }));
  await rejects('malformed', leafOf({ ...receipt(0), place: 0 }));
  await rejects('malformed', leafOf({ ...receipt(0), subject: 'buy_1' }));
});
