// People before a real server's waiting room who fall silent without leaving, while it is killed twice.
// Usage: silent_people.mjs PROGRAM DIRECTORY PEOPLE SEED: takes an empty DIRECTORY. A seed gives the same people again.
//
// Nobody is let in until everybody who is to be missed has been: a heartbeat is 15 s at least, so that takes half a minute, and nothing but the journal says when it is
// over. Then some come back, the others lose their turns, and whoever is there is let in, thirty at a time: a turn that were kept for somebody who is not there would stop it.

import assert from 'node:assert/strict';

import { numbers, Person } from './crowd.mjs';
import { RoomFacts } from './room_facts.mjs';
import { RoomServer, until } from './room_server.mjs';

const [program, directory, ...sizes] = process.argv.slice(2);
const [people, seed] = sizes.map(Number);
const maxActive = 30;

/** What they do, of each hundred. */
const kinds = [
  { name: 'gone', of: 30 }, // looks once or twice, and is never heard of again
  { name: 'back', of: 20 }, // falls silent, and comes back before it is their turn
  { name: 'late', of: 10 }, // comes back when their turn is over
  { name: 'there', of: 40 }, // polls
];
const kindOf = (share) => kinds.find(({ of }) => (share -= of / 100) < 0)?.name ?? 'there';

const host = new RoomServer(program, directory, `silent-${seed}`);
const { client } = host;
const tally = new Map();
const told = () => JSON.stringify(Object.fromEntries(tally));
const sale = { client, tally, random: numbers(seed), sold: 0, pollMostMs: 300, reach: () => {}, milestone: () => Promise.resolve() };
const crowd = Array.from({ length: people }, (_, number) => new Person(sale, number, kindOf(sale.random()), 0));
const of = (...names) => crowd.filter(({ kind }) => names.includes(kind));
const all = (some, what) => Promise.all(some.map(what));

const readRoom = async () => new RoomFacts(await host.facts('queue'), () => 0);

/** Comes, and looks as often as the silent ones do before they fall silent. */
async function arrive(one) {
  await one.come();
  await one.join();
  for (let looks = Math.floor(sale.random() * 3); looks > 0; --looks) await one.poll();
}

/** Polls until let in, and leaves: the next one's turn comes of it. */
async function waitAndGo(one) {
  const seen = await one.wait(({ state }) => state === 'admitted');
  assert.equal(seen.state, 'admitted', `${one.kind} ${one.number} is there, and was told ${seen.outcome ?? seen.state}`);
  tally.set('let in', (tally.get('let in') ?? 0) + 1);
  await one.leave();
}

await host.start();
await host.openEvent(40);
Object.assign(sale, { admin: host.admin, event: host.event });
await host.change({ rate_per_s: 0, batch: 100, max_active: maxActive, heartbeat_seconds: 15, mode: 'on' });
await all(crowd, arrive);
const missed = of('gone', 'back', 'late');
assert.ok(kinds.every(({ name }) => of(name).length > 0));
const waits = all(of('there'), waitAndGo);
const broken = new Promise((_, reject) => waits.catch(reject));

async function run() {
  // Everybody who fell silent is missed, and stays so over a death.
  await until(
    'that the silent ones are missed',
    async () => {
      const { wentSilent } = await readRoom();
      return missed.every(({ places }) => wentSilent.has(places[0]));
    },
    { everyMs: 200, told },
  );
  await host.restart('SIGKILL');

  // Who comes back has the same place, and nobody fell back: `Person` checks both.
  await all(of('back'), async (one) => {
    const { state, place } = await one.poll();
    assert.deepEqual([state, place], ['waiting', one.places[0]], 'a place is kept');
  });
  const returned = all(of('back'), waitAndGo);
  await host.change({ rate_per_s: 400 });
  await until('that some are let in', () => (tally.get('let in') ?? 0) >= people / 10, { told });
  await host.restart('SIGKILL');
  await Promise.all([waits, returned]);

  // Who comes back too late is told so, and may stand at the end.
  await all(of('late'), async (one) => {
    const seen = await one.poll();
    assert.deepEqual([seen.state, seen.outcome], ['expired', 'missed_turn']);
    await one.join();
    assert.ok(one.places[1] > people, 'at the end');
    await waitAndGo(one);
  });
}
await Promise.race([run(), broken]);

const facts = await readRoom();
facts.checkOrder();
facts.checkRate();
for (const { kind, places } of missed) {
  const stayed = facts.stays.has(places[0]);
  assert.equal(stayed, kind === 'back', `place ${places[0]} of somebody ${kind} ${stayed ? 'was' : 'was not'} let in`);
  if (kind !== 'back') assert.equal(facts.ended.get(places[0]), 'missed_turn');
}
assert.ok(facts.activeMost <= maxActive);
// Nobody else was let in: no turn was anybody's who was not there.
assert.deepEqual(facts.endings(), new Map([['missed_turn', of('gone', 'late').length], ['left', of('there', 'back', 'late').length]]));
await host.finish();
console.log(
  `seed ${seed}: ${people} people, ${missed.length} fell silent, ${of('back').length} came back in time and ${of('late').length} too late; ` +
    `${facts.admitted.length} let in, at most ${facts.activeMost} of ${maxActive} at a time`,
);
