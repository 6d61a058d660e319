// A waiting room of a real server whose journal becomes ten times slower while people are let in, and quick again.
// Usage: slow_journal.mjs PROGRAM DIRECTORY: PROGRAM has failpoints, DIRECTORY is empty.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';

import { RoomFacts } from './room_facts.mjs';
import { RoomServer, until } from './room_server.mjs';

const [program, directory] = process.argv.slice(2);
const people = 1_500;
const rate = 50;
const usualSyncMs = 20;

const host = new RoomServer(program, directory, 'slow-journal');
const { client } = host;
const disk = `${directory}/sync-ms`;
const aSyncTakes = (ms) => writeFileSync(disk, `${ms}\n`);

let closing = false;
/** Holds a seat and lets go of it, again and again: the event always has something to be behind with. */
async function clerk(seat) {
  const admin = { bearer: host.admin };
  while (!closing) {
    const { hold_id: hold } = await client.expect(201, 'POST', `/v1/events/${host.event}/holds`, { ...admin, body: { seats: [`A/1/${seat}`] } });
    await client.expect(204, 'DELETE', `/v1/holds/${hold}`, admin);
  }
}

async function come() {
  const { token: bearer } = await client.expect(201, 'POST', '/v1/sessions');
  await client.expect(201, 'POST', `/v1/events/${host.event}/queue`, { bearer });
}

let now;
const look = async () => (now = await host.status());
const untilStatus = (what, holds) => until(what, async () => holds(await look()), { everyMs: 50, told: () => JSON.stringify(now?.limits) });
async function untilLetIn(more) {
  const target = (await look()).counts.admitted + more;
  await untilStatus(`${more} more let in`, ({ counts }) => counts.admitted >= target);
}

aSyncTakes(0);
await host.start({ HOLDFAST_SLOW_SYNCS: disk });
await host.openEvent(40);
// Nobody of them polls, and nobody is missed for a minute.
await host.change({ rate_per_s: 0, batch: rate / 2, heartbeat_seconds: 30, mode: 'on' });
await Promise.all(Array.from({ length: people }, come));

aSyncTakes(usualSyncMs);
const clerks = [clerk(1), clerk(2)];
await host.change({ rate_per_s: rate });
await untilLetIn(rate);
await untilStatus('the whole rate', ({ limits }) => limits.feedback.pace === 1);

aSyncTakes(10 * usualSyncMs);
await untilStatus('a quarter of the rate', ({ limits }) => limits.feedback.pace <= 0.25);
assert.ok(now.limits.feedback.slowed && now.limits.rate.effective_per_s <= rate / 4);
await untilLetIn(10);

aSyncTakes(usualSyncMs);
await untilStatus('the whole rate again', ({ limits }) => limits.feedback.pace === 1);
await untilLetIn(rate);
closing = true;
await Promise.all(clerks);

// The journal says the same, and that who was let in was never more than the pace of the moment allowed.
const facts = new RoomFacts(await host.facts('queue'), () => 0);
facts.checkRate();
facts.checkOrder();
const paces = facts.paces.map(({ pace }) => pace);
assert.ok(Math.min(...paces) <= 250 && paces.at(-1) === 1_000, `paces ${paces}`);
paces.reduce((before, pace) => {
  assert.equal(pace, pace < before ? Math.max(Math.floor(before / 2), 100) : Math.min(before + 50, 1_000), `from ${before} to ${pace}`);
  return pace;
}, 1_000);
await host.finish();
console.log(`${facts.admitted.length} let in, at paces of ${paces.join(' ')}`);
