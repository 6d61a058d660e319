// Gathers people in the waiting room of a real server, has them drawn, and checks the draw with web/lib/draw.
// Usage: draw.mjs PROGRAM DIRECTORY, which is empty.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

import { DrawError, leafOf, splitLeaves, toHex, verifyDraw, verifyReceipt } from '../../web/lib/draw/index.js';
import { startServer } from './server.mjs';

const [program, directory] = process.argv.slice(2);
const entrants = 20;

const server = await startServer(program, directory);
let keys = 0;

async function ask(method, path, { body, key, headers = {} } = {}) {
  const all = { 'Idempotency-Key': `draw-test-${++keys}`, ...headers };
  if (key !== undefined) all.Authorization = `Bearer ${key}`;
  if (body !== undefined) all['Content-Type'] = 'application/json';
  const answer = await fetch(new URL(path, server.base), { method, headers: all, body: body && JSON.stringify(body) });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${new TextDecoder().decode(bytes)}`);
  return answer.headers.get('Content-Type') === 'application/octet-stream' ? bytes : JSON.parse(new TextDecoder().decode(bytes));
}

async function makeEvent() {
  const layout = { sections: [{ name: 'A', tier: 'stalls', rows: [{ name: '1', count: 10, x: 0, y: 0 }] }] };
  const venue = { name: 'Opera', city: 'Graz', country: 'AT', timezone: 'Europe/Vienna', lat: 47.07, lon: 15.44, layout };
  const { venue_id } = await ask('POST', '/v1/venues', { key: server.adminKey, body: venue });
  const tiers = [{ id: 'stalls', name: 'Stalls', price: 8900 }];
  const event = { name: 'Tosca', venue_id, starts_at: '2031-03-01T19:00:00.000Z', category: 'opera', currency: 'EUR', tiers };
  const { event_id } = await ask('POST', '/v1/events', { key: server.adminKey, body: event });
  await ask('POST', `/v1/events/${event_id}/publish`, { key: server.adminKey });
  return `/v1/events/${event_id}/queue`;
}

/** Somebody new, with their ticket and the receipt that joining gave. */
async function join(queue) {
  const { token: key } = await ask('POST', '/v1/sessions');
  const { ticket, receipt } = await ask('POST', queue, { key, body: {} });
  return { key, ticket, receipt };
}

/** RFC 6962, 2.1.1, from the leaves that everybody can get. */
async function pathTo(index, leaves) {
  const node = async (left, right) => new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.of(1, ...left, ...right)));
  const split = (count) => 2 ** Math.ceil(Math.log2(count) - 1);
  const rootOf = async (all) =>
    all.length === 1 ? all[0] : node(await rootOf(all.slice(0, split(all.length))), await rootOf(all.slice(split(all.length))));
  if (leaves.length === 1) return [];
  const at = split(leaves.length);
  const [left, right] = [leaves.slice(0, at), leaves.slice(at)];
  const below = index < at ? await pathTo(index, left) : await pathTo(index - at, right);
  return [...below, toHex(await rootOf(index < at ? right : left))];
}

async function check() {
  const queue = await makeEvent();
  await ask('PATCH', queue, { key: server.adminKey, body: { rate_per_s: 0, public_round: 'drand 1000' } });
  await ask('PATCH', queue, { key: server.adminKey, body: { mode: 'pre_queue' } });
  const { commitment } = await ask('GET', `${queue}/draw`);
  const people = [];
  for (let i = 0; i < entrants; ++i) people.push(await join(queue));
  await ask('PATCH', queue, { key: server.adminKey, body: { close_pre_queue: true } });
  await ask('PATCH', queue, { key: server.adminKey, body: { draw: { round_value: '2f7a' } } });
  const draw = await ask('GET', `${queue}/draw`);
  assert.equal(draw.commitment, commitment);
  const leaves = splitLeaves(await ask('GET', `${draw.leaves}?from=0&limit=7`));
  leaves.push(...splitLeaves(await ask('GET', `${draw.leaves}?from=7`)));
  assert.equal(leaves.length, draw.entrants);

  const { order, minted } = await verifyDraw(draw, leaves);
  assert.equal(minted, false);
  assert.equal(minted, draw.minted);
  for (const { key, ticket, receipt } of people) {
    assert.equal(toHex(await leafOf(receipt)), toHex(leaves[receipt.index]));
    await verifyReceipt(receipt, { index: receipt.index, entrants, path: await pathTo(receipt.index, leaves), root: draw.root });
    let place = {};
    while (place.position === undefined) {
      place = await ask('GET', queue, { key, headers: { 'Queue-Ticket': ticket } });
      if (place.position === undefined) await pause(20);
    }
    assert.equal(order[place.ahead], receipt.index, 'the line is the one that was drawn');
  }
  const otherwise = { ...draw, round_value: '2f7b' };
  assert.notDeepEqual((await verifyDraw(otherwise, leaves)).order, order);
  await assert.rejects(verifyDraw(draw, leaves.slice(1)), (error) => error instanceof DrawError && error.reason === 'wrong_root');
  console.log(`${entrants} people stand where the draw has them`);
}

await check().finally(() => server.stop());
