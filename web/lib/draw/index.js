// Checks the draw of a waiting room by the rules of docs/waiting-room.md. No dependencies: WebCrypto does the hashes.

const HASH_BYTES = 32;
const LEAF = 0;
const NODE = 1;
const LEAF_BYTES = 26;

/** Why a draw, or a receipt, does not hold: `reason` is malformed, wrong_seed, wrong_root, wrong_leaf or not_in_tree. */
export class DrawError extends Error {
  constructor(reason, message) {
    super(message);
    this.name = 'DrawError';
    this.reason = reason;
  }
}

const sha256 = async (bytes) => new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes));
const hmacKey = (bytes) => globalThis.crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
const hmac = async (key, bytes) => new Uint8Array(await globalThis.crypto.subtle.sign('HMAC', key, bytes));

/** The bytes of small hexadecimal digits. Throws a DrawError for anything else, or another number of them than `count`. */
export function fromHex(text, count = HASH_BYTES) {
  if (typeof text !== 'string' || text.length !== 2 * count || !/^[0-9a-f]*$/.test(text)) {
    throw new DrawError('malformed', `these are not ${count} bytes in hexadecimal digits`);
  }
  return Uint8Array.from({ length: count }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/** Bytes as small hexadecimal digits. */
export const toHex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Below 0, 0 or above 0, as of two big-endian numbers. */
function compare(left, right) {
  for (let at = 0; at < HASH_BYTES; ++at) {
    if (left[at] !== right[at]) return left[at] - right[at];
  }
  return 0;
}

async function node(left, right) {
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES);
  bytes[0] = NODE;
  bytes.set(left, 1);
  bytes.set(right, 1 + HASH_BYTES);
  return sha256(bytes);
}

/** The root of RFC 6962, 2.1, of leaves that are hashes already. */
async function rootOf(leaves) {
  if (leaves.length === 0) return sha256(new Uint8Array());
  // Level by level: who has no neighbour goes up as it is, which is the RFC's split at the largest power of two.
  let level = leaves;
  while (level.length > 1) {
    const next = [];
    for (let at = 0; at < level.length; at += 2) next.push(at + 1 < level.length ? await node(level[at], level[at + 1]) : level[at]);
    level = next;
  }
  return level[0];
}

/** The leaf of a receipt {place, subject, band}: `subject` is 32 hexadecimal digits. */
export async function leafOf({ place, subject, band }) {
  const bytes = new Uint8Array(LEAF_BYTES);
  bytes[0] = LEAF;
  const view = new DataView(bytes.buffer);
  if (!Number.isSafeInteger(place) || place < 1 || !Number.isInteger(band) || band < 0 || band > 255) {
    throw new DrawError('malformed', 'a receipt has a place from 1 on, and a band from 0 to 255');
  }
  view.setBigUint64(1, BigInt(place));
  bytes.set(fromHex(subject, 16), 9);
  bytes[LEAF_BYTES - 1] = band;
  return sha256(bytes);
}

/** The leaves as they are served, 32 bytes each. */
export function splitLeaves(bytes) {
  if (bytes.length % HASH_BYTES !== 0) throw new DrawError('malformed', 'leaves are 32 bytes each');
  const leaves = [];
  for (let at = 0; at < bytes.length; at += HASH_BYTES) leaves.push(bytes.subarray(at, at + HASH_BYTES));
  return leaves;
}

/**
 * Whether an entrant is in the tree whose root was published at the close: RFC 9162, 2.1.3.2. `path` is the proof's hashes in hexadecimal
 * digits. Throws a DrawError (not_in_tree) when it is not.
 */
export async function verifyReceipt(receipt, { index, entrants, path, root }) {
  let hash = await leafOf(receipt);
  if (receipt.leaf !== undefined && toHex(hash) !== receipt.leaf) throw new DrawError('wrong_leaf', 'the receipt names another leaf than its own');
  let at = index;
  let last = entrants - 1;
  if (!Number.isInteger(index) || index < 0 || index > last) throw new DrawError('malformed', 'an index is below the number of entrants');
  const half = (value) => Math.floor(value / 2);
  for (const text of path) {
    const sibling = fromHex(text);
    if (last === 0) throw new DrawError('not_in_tree', 'the proof is longer than the tree is high');
    if (at % 2 === 1 || at === last) {
      hash = await node(sibling, hash);
      while (at % 2 === 0 && at !== 0) {
        at = half(at);
        last = half(last);
      }
    } else {
      hash = await node(hash, sibling);
    }
    at = half(at);
    last = half(last);
  }
  if (last !== 0 || toHex(hash) !== root) throw new DrawError('not_in_tree', 'this entrant is not in the tree that was published');
}

/**
 * Checks a draw and computes its order anew. `draw` is {commitment, root, seed, round_value} in hexadecimal digits but for the round's value, which
 * is text, or null when there was none; `leaves` is what `splitLeaves` gives. Answers {order, minted}: order[rank] is the index of the entrant;
 * `minted` says that no public randomness was mixed in, so that whoever ran the server could have made up entrants. Throws a DrawError otherwise.
 */
export async function verifyDraw({ commitment, root, seed, round_value: value }, leaves) {
  const bytes = fromHex(seed);
  if (toHex(await sha256(bytes)) !== commitment) throw new DrawError('wrong_seed', 'the seed is not the one that was committed to');
  if (toHex(await rootOf(leaves)) !== root) throw new DrawError('wrong_root', 'these are not the entrants of the close');
  const key = await hmacKey(await hmac(await hmacKey(bytes), new TextEncoder().encode(value ?? '')));
  const lots = [];
  for (const leaf of leaves) lots.push(await hmac(key, leaf));
  const order = [...lots.keys()].sort((left, right) => compare(lots[left], lots[right]) || left - right);
  return { order, minted: value === null || value === undefined };
}
