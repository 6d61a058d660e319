import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { SeatStream } from './index.js';

const leb = (value) => (value < 128 ? [value] : [(value % 128) | 128, ...leb(Math.floor(value / 128))]);
const text = (word) => [word.length, ...new TextEncoder().encode(word)];
const TAGS = { old: [1, 1, 1, 1, 1, 1, 1, 1], new: [2, 2, 2, 2, 2, 2, 2, 2] };

/** A layout of one row. */
const layoutBytes = ({ seats, tag }) =>
  Uint8Array.from([
    ...new TextEncoder().encode('HFLY'), 1, 0, ...TAGS[tag], ...leb(seats), 1, ...text('t'), 1,
    ...text('A'), 0, 1, ...text('1'), 1, ...leb(seats), 0, 0, 0, 0, 0, 0,
  ]);

const seatsBytes = ({ seats, tag, seq, statuses }) => {
  const packed = new Uint8Array(Math.ceil(seats / 4));
  statuses.forEach((status, seat) => (packed[seat >> 2] |= status << ((seat & 3) * 2)));
  const four = (value) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
  return Uint8Array.from([
    ...new TextEncoder().encode('HFSS'), 1, 0, 0, 0, ...four(seats), ...four(seq), 0, 0, 0, 0, ...TAGS[tag], ...packed,
  ]);
};

const hello = (seq, { seats, tag }) => Uint8Array.from([0, 1, ...leb(seq), ...leb(seats), 0, ...TAGS[tag]]);
const delta = (seq, seat, status) => Uint8Array.from([1, ...leb(seq), ...leb(seat * 4 + status)]);
const reset = (seq) => Uint8Array.from([3, ...leb(seq)]);

/** A server of which the test decides everything. */
class World {
  constructor() {
    this.event = { seats: 8, tag: 'old', seq: 5, statuses: [0, 0, 0, 0, 0, 0, 0, 0] };
    this.sockets = [];
    this.asked = [];
    this.answers = [];
    this.errors = [];
    this.changes = [];
    const world = this;
    this.stream = new SeatStream({
      base: 'http://x',
      event: 'evt_1',
      random: () => 0,
      onError: (error) => this.errors.push(error.message),
      onChange: (change) => this.changes.push(change.kind),
      fetch: (url, options) => this.fetch(url, options),
      WebSocket: class {
        constructor(url) {
          this.url = url;
          world.sockets.push(this);
        }
        close() {
          this.closed = true;
        }
      },
    });
  }

  async fetch(url, { signal }) {
    this.asked.push(url.replace('http://x/v1/events/evt_1', ''));
    const special = this.answers.shift();
    if (special) await special();
    if (special?.status) return new Response('', { status: special.status, headers: special.headers });
    signal.throwIfAborted();
    return new Response(url.includes('/seats') ? seatsBytes(this.event) : layoutBytes(this.event));
  }

  get socket() {
    return this.sockets.at(-1);
  }

  say(bytes, socket = this.socket) {
    socket.onmessage({ data: bytes.buffer });
  }

  async until(condition) {
    for (let i = 0; !condition(); ++i) {
      assert.ok(i < 500, `never: ${condition}`);
      await pause(2);
    }
  }

  async live() {
    this.stream.start();
    await this.until(() => this.sockets.length > 0);
    this.say(hello(this.event.seq, this.event));
  }
}

test('the status is fetched, then followed from its seq on', async () => {
  const world = new World();
  await world.live();
  assert.deepEqual(world.asked, ['/seats', '/layout?min_seq=5']);
  assert.equal(world.socket.url, 'ws://x/v1/events/evt_1/live?since=5');
  assert.equal(world.stream.state, 'live');
  world.say(delta(6, 3, 2));
  assert.equal(world.stream.seq, 6);
  assert.equal(world.stream.status.statuses[3], 2);
  assert.deepEqual(world.changes, ['all', 'some']);
  world.stream.stop();
  assert.equal(world.stream.state, 'stopped');
  assert.equal(world.socket.closed, true);
});

test('a reset fetches the status at its seq, and what comes meanwhile is applied after', async () => {
  const world = new World();
  await world.live();
  world.event = { ...world.event, seq: 20, statuses: [1, 1, 0, 0, 0, 0, 0, 0] };
  world.say(reset(20));
  world.say(delta(19, 7, 3)); // older than the status: nothing
  world.say(delta(21, 4, 2));
  await world.until(() => world.stream.seq === 21);
  assert.equal(world.asked.at(-1), '/seats?min_seq=20');
  assert.deepEqual([...world.stream.status.statuses], [1, 1, 0, 0, 2, 0, 0, 0]);
  assert.equal(world.sockets.length, 1);
  assert.equal(world.stream.resets, 1);
  world.stream.stop();
});

test('a second reset while the status is on its way makes what came before it worthless', async () => {
  const world = new World();
  await world.live();
  let let_go;
  world.answers.push(() => new Promise((resolve) => (let_go = resolve)));
  world.say(reset(10));
  world.say(delta(11, 0, 1));
  await world.until(() => let_go);
  // The changes up to 30 are lost; the status that is on its way is of 10.
  world.say(reset(30));
  world.say(delta(31, 7, 1));
  const late = { seats: 8, tag: 'old', seq: 30, statuses: [0, 0, 2, 0, 0, 0, 0, 0] };
  world.event = { ...late, seq: 10, statuses: [3, 3, 3, 3, 3, 3, 3, 3] };
  world.answers.push(() => (world.event = late));
  let_go();
  await world.until(() => world.stream.seq === 31);
  assert.deepEqual([...world.stream.status.statuses], [0, 0, 2, 0, 0, 0, 0, 1]);
  world.stream.stop();
});

test('another layout is fetched with its status', async () => {
  const world = new World();
  await world.live();
  world.event = { seats: 3, tag: 'new', seq: 9, statuses: [1, 1, 1] };
  world.say(reset(9));
  await world.until(() => world.stream.seq === 9);
  assert.equal(world.stream.layout.seatCount, 3);
  assert.equal(world.stream.status.statuses.length, 3);
  world.stream.stop();
});

test('a hello of another layout is as good as a reset', async () => {
  const world = new World();
  world.stream.start();
  await world.until(() => world.sockets.length > 0);
  world.event = { seats: 3, tag: 'new', seq: 9, statuses: [1, 1, 1] };
  world.say(hello(9, world.event));
  await world.until(() => world.stream.seq === 9);
  assert.equal(world.stream.layout.seatCount, 3);
  world.stream.stop();
});

test('a lost connection is opened again with the seq that was applied last', async () => {
  const world = new World();
  await world.live();
  world.say(delta(6, 0, 1));
  const first = world.socket;
  first.onclose();
  assert.equal(world.stream.state, 'offline');
  await world.until(() => world.sockets.length === 2);
  assert.equal(world.socket.url, 'ws://x/v1/events/evt_1/live?since=6');
  assert.equal(world.asked.length, 2, 'nothing was fetched again');
  // What the old connection still says is nobody's business.
  world.say(delta(7, 1, 1), first);
  assert.equal(world.stream.seq, 6);
  world.say(hello(6, world.event));
  world.say(delta(7, 1, 3));
  assert.equal(world.stream.status.statuses[1], 3);
  world.stream.stop();
});

test('a connection that is lost while the status is on its way loses nothing', async () => {
  const world = new World();
  await world.live();
  let let_go;
  world.answers.push(() => new Promise((resolve) => (let_go = resolve)));
  world.say(reset(10));
  await world.until(() => let_go);
  world.socket.onclose();
  world.event = { ...world.event, seq: 12, statuses: [0, 0, 0, 0, 0, 0, 0, 3] };
  let_go();
  await world.until(() => world.sockets.length === 2 && world.stream.seq === 12);
  assert.equal(world.stream.status.statuses[7], 3);
  assert.match(world.socket.url, /since=(5|12)$/);
  world.stream.stop();
});

test('a server that is busy is asked again when it says so', async () => {
  const world = new World();
  world.answers.push(Object.assign(() => {}, { status: 503, headers: { 'Retry-After': '0' } }));
  world.answers.push(Object.assign(() => {}, { status: 500, headers: {} }));
  await world.live();
  assert.equal(world.errors.length, 2);
  assert.equal(world.stream.state, 'live');
  world.stream.stop();
});

test('bytes that make no sense end the connection, not the page', async () => {
  const world = new World();
  await world.live();
  world.say(Uint8Array.from([77]));
  assert.equal(world.stream.state, 'offline');
  await world.until(() => world.sockets.length === 2);
  world.say(hello(5, world.event));
  world.say(delta(6, 100, 1));
  assert.equal(world.stream.state, 'offline');
  await world.until(() => world.sockets.length === 3);
  assert.equal(world.stream.seq, 5);
  world.stream.stop();
});

test('after its end a stream does nothing more, and can begin again', async () => {
  const world = new World();
  await world.live();
  world.stream.stop();
  world.say(delta(6, 0, 1));
  world.socket.onclose();
  await pause(20);
  assert.equal(world.sockets.length, 1);
  assert.equal(world.stream.seq, 5);
  world.stream.start();
  await world.until(() => world.sockets.length === 2);
  world.stream.stop();
});
