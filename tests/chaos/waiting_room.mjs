// An on-sale through the waiting room of a real server that is killed in the middle of it.
// Usage: waiting_room.mjs PROGRAM DIRECTORY PEOPLE SEATS KILLS SEED: takes an empty DIRECTORY. A seed gives the same people again.
//
// Some gather before the start and are drawn, the others come at once when it has begun. Half of them leave, with a word or without.

import assert from 'node:assert/strict';

import { splitLeaves, verifyDraw } from '../../web/lib/draw/index.js';
import { kindOf, numbers, Person } from './crowd.mjs';
import { RoomFacts } from './room_facts.mjs';
import { RoomServer, until as untilWithin } from './room_server.mjs';

const [program, directory, ...sizes] = process.argv.slice(2);
const [people, seats, kills, seed] = sizes.map(Number);
const patienceMs = 60_000 + people * 20;
const roundValue = '8d6c2a1f';
const rate = Math.min(400, Math.max(40, Math.ceil(people / 100)));
const rules = {
  rate_per_s: rate,
  batch: Math.ceil(rate / 2),
  max_active: Math.ceil(seats / 2),
  heartbeat_seconds: 15,
  queue_ttl_seconds: 300,
  admission_seconds: 60 + Math.min(60, Math.floor(people / 500)),
  public_round: 'drand 4711',
  bands: [
    { name: 'general', percent: 70 },
    { name: 'members', percent: 30 },
  ],
};

const until = (what, holds) => untilWithin(what, holds, { patienceMs, told });

const milestones = new Map();
function milestone(name) {
  if (!milestones.has(name)) {
    const one = {};
    one.reached = new Promise((resolve) => (one.reach = resolve));
    milestones.set(name, one);
  }
  return milestones.get(name);
}

const host = new RoomServer(program, directory, `request-${seed}`);
const { client } = host;
const tally = new Map();
const sale = {
  client,
  tally,
  random: numbers(seed),
  sold: 0,
  pollMostMs: 1_000 + people / 10,
  demotionReason: 'a script',
  milestone: (name) => milestone(name).reached,
  reach: (name) => milestone(name).reach(),
};
const count = (what) => tally.get(what) ?? 0;
const listed = (counts) => [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([what, times]) => `${times} ${what}`).join(', ');
const told = () => listed(tally);

const status = () => host.status();
const change = (body, isDone) => host.change(body, isDone);

/** Kills the server, and starts it again: what was acknowledged before is there after it. */
async function die(signal) {
  const acknowledged = { joined: count('joined'), ended: count('left') };
  await host.restart(signal);
  const { counts, mode } = await status();
  assert.notEqual(mode, 'off', 'a room is there from the first answer on');
  // Who leaves is told so too when their place has ended already.
  counts.ended = counts.joined - counts.waiting - counts.inside;
  for (const [what, before] of Object.entries(acknowledged)) {
    assert.ok(counts[what] >= before, `${before} ${what} were acknowledged, and ${counts[what]} are there`);
  }
  tally.set('deaths', count('deaths') + 1);
  if (count('deaths') === 2) milestone('died twice').reach();
}

/** One of them before the draw, one soon after the start, and the others while seats are sold. */
async function keepDying() {
  const moments = Array.from({ length: kills }, (_, i) => {
    if (i === 0) return () => count('joined') >= gathering / 2;
    if (i === 1) return () => count('let in') >= Math.min(10, rules.max_active / 2);
    return () => sale.sold >= (seats * 0.9 * (i - 1)) / (kills - 1);
  });
  for (const [i, moment] of moments.entries()) {
    await until(`moment ${i + 1} to die`, () => moment() || sale.over);
    await die(i % 4 === 3 ? 'SIGTERM' : 'SIGKILL');
  }
}

/** In the middle: a pause, and somebody far behind is sent to the end. */
async function intervene() {
  await until('half of the seats sold', () => sale.sold >= seats / 2 || sale.over);
  if (sale.over) return;
  await change({ paused: true, reason: 'a look' }, ({ mode }) => mode === 'paused' || mode === 'sold_out');
  const { waiting } = (await status()).counts;
  const scripts = crowd.filter((one) => one.kind === 'buyer' && one.position > waiting / 2 && !one.ended).slice(-3);
  for (const { places } of scripts) {
    const body = { place: places.at(-1), reason: sale.demotionReason };
    const asked = await client.ask('POST', `/v1/events/${sale.event}/queue/demotions`, { bearer: sale.admin, body });
    if (asked.status === 200) tally.set('demoted', count('demoted') + 1);
  }
  const { mode } = await status();
  if (mode === 'paused') await change({ paused: false }, (now) => now.mode !== 'paused');
}

/** The draw, checked as anybody can: the order of its entrants. */
async function checkDraw(facts) {
  const base = `/v1/events/${sale.event}/queue/draw`;
  const draw = await client.expect(200, 'GET', base);
  assert.equal(draw.round_value, roundValue);
  const leaves = [];
  while (leaves.length < draw.entrants) {
    const page = await client.ask('GET', `${base}/leaves?from=${leaves.length}`);
    assert.equal(page.status, 200);
    leaves.push(...splitLeaves(page.bytes));
  }
  assert.deepEqual([facts.closed.entrants, facts.closed.root], [draw.entrants, draw.root]);
  const { order, minted } = await verifyDraw(draw, leaves);
  assert.equal(minted, false);
  facts.setDraw(facts.opened.first, order);
  const receipts = crowd.map(({ receipt }) => receipt).filter(Boolean);
  assert.ok(receipts.length > 0);
  for (const { place, index, leaf } of receipts) {
    assert.equal(place, facts.opened.first + index);
    assert.equal(Buffer.from(leaves[index]).toString('hex'), leaf, 'a receipt is of a published leaf');
  }
}

/** What everybody was told is in the journal, and the journal keeps the rules. */
async function checkJournal() {
  const [ofRoom, ofEvent] = [await host.facts('queue'), await host.facts()];
  const bands = new Map(crowd.flatMap(({ places, band }) => places.map((place) => [place, band])));
  const facts = new RoomFacts(ofRoom, (place) => bands.get(place));
  await checkDraw(facts);
  facts.checkOrder();
  facts.checkRate();
  const holds = facts.checkHolds(ofEvent, new Map(crowd.map(({ id, places }) => [id, places])));
  assert.equal(bands.size, facts.given, 'every place is somebody’s who was told of it, and no two have the same');
  for (const { toldLeft, bought, places } of crowd) {
    if (toldLeft) assert.ok(facts.ended.has(toldLeft), `place ${toldLeft} was told that it had left`);
    if (bought) assert.ok(places.some((place) => facts.stays.has(place)), 'who has bought was let in');
  }
  const orders = ofEvent.filter(({ type }) => type === 'order_confirmed').length;
  assert.equal(orders, count('orders'), 'orders were told to their buyers, all of them');
  return { facts, holds };
}

async function checkSeats() {
  const page = await client.expect(200, 'GET', `/v1/events/${sale.event}`);
  const shown = await client.expect(200, 'GET', `/v1/events/${sale.event}/seats?min_seq=${page.seq}`);
  const of = (state) => shown.seats.filter((one) => one.status === state).length;
  assert.equal(of('sold'), sale.sold, 'as many are sold as buyers were told');
  assert.equal(of('sold') + of('available'), seats, 'every seat is sold or free');
  return of('available');
}

await host.start();
await host.openEvent(seats);
Object.assign(sale, { admin: host.admin, event: host.event });
await change({ ...rules, mode: 'pre_queue', reason: 'the sale begins' }, ({ mode }) => mode === 'pre_queue');

const gathering = Math.floor(people * 0.4);
const late = gathering + Math.floor(people / 50);
const crowd = Array.from({ length: people }, (_, number) => new Person(sale, number, kindOf(sale.random()), sale.random() < 0.2 ? 1 : 0));
const lives = [];
const broken = {};
broken.off = new Promise((_, reject) => (broken.because = reject));
const come = (from, to) => crowd.slice(from, to).forEach((one) => lives.push(one.live().catch(broken.because)));

async function run() {
  come(0, gathering);
  await until('everybody who comes early', () => count('joined') >= gathering);
  await change({ close_pre_queue: true }, ({ draw }) => draw.state !== 'open');
  come(gathering, late);
  await until('who comes too late for the draw', () => count('joined') >= late);
  await change({ draw: { round_value: roundValue } }, ({ mode }) => mode !== 'pre_queue');
  come(late, people);
  await Promise.all([intervene(), Promise.all(lives).then(() => (sale.over = true))]);
}
await Promise.race([Promise.all([run(), keepDying()]), broken.off]);

const soldFor = Math.round(performance.now() / 1_000);
const free = await checkSeats();
const { facts, holds } = await checkJournal();
const { eta_accuracy: eta } = await status();
await host.finish();
assert.ok(count('orders') > 0 && free < seats, 'something was sold');
console.log(
  `seed ${seed}: ${people} people, ${seats - free} of ${seats} seats sold in ${soldFor} s, ${client.sent} requests of which ${client.repeated} were repeated, ` +
    `${facts.admitted.length} let in, at most ${facts.activeMost} of ${rules.max_active} at a time and ${facts.fullestTenSeconds()} in ten seconds, ${holds} holds, ` +
    `places ended: ${listed(facts.endings())}, ` +
    `estimates ${eta.inside} right, ${eta.early} early, ${eta.late} late; told: ${told()}`,
);
