// Clients from npm against a real server. Needs HOLDFAST_BIN and an empty directory HOLDFAST_ROOM.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { EventSource } from 'eventsource';
import WebSocket from 'ws';

import { decodeFrame, decodeSeats, fromBase64, labelOf, SEATS_TYPE, SeatStream, STATUS } from '../../web/lib/seatstream/index.js';

const room = process.env.HOLDFAST_ROOM;
const CHANGES = 10_000;

/** The server as a process; its port stays through a restart. */
const server = {
  base: '',
  process: null,
  listen: '127.0.0.1:0',

  async start() {
    this.process = spawn(process.env.HOLDFAST_BIN, ['serve', '--config', `${room}/config.json`, '--listen', this.listen, '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let said = '';
    for await (const chunk of this.process.stdout) {
      said += chunk;
      if (said.includes('\n')) break;
    }
    this.base = JSON.parse(said.split('\n')[0]).url;
    this.listen = new URL(this.base).host;
    await until(async () => (await fetch(`${this.base}/readyz`)).ok);
  },

  async stop() {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
  },
};

async function until(condition, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `not within ${seconds} s: ${condition}`);
    await pause(10);
  }
}

let seed = 20261122;
const random = (below) => {
  seed = (seed * 48271) % 2147483647;
  return seed % below;
};

let nextKey = 0;
async function ask(method, path, body) {
  const answer = await fetch(`${server.base}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${readFileSync(`${room}/data/admin.key`, 'utf8').trim()}`,
      'Idempotency-Key': `real-server-${++nextKey}`,
      ...(body ? { 'Content-Type': 'application/json' } : {}),
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, seq: Number(answer.headers.get('Event-Seq')), json: text ? JSON.parse(text) : null };
}

async function made(method, path, body) {
  const answer = await ask(method, path, body);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.json)}`);
  return answer;
}

async function openEvent() {
  const rows = Array.from({ length: 40 }, (_, i) => ({ name: `${i + 1}`, first: 1, count: 25, x: 0, y: i, pitch: 1, angle: 0 }));
  const venue = await made('POST', '/v1/venues', {
    name: 'Arena', city: 'Graz', country: 'AT', timezone: 'Europe/Vienna', lat: 47.07, lon: 15.44,
    layout: {
      sections: [{ name: 'A', tier: 'seat', rows }, { name: 'B', tier: 'seat', rows }],
      areas: [{ name: 'floor', tier: 'floor', capacity: 5000 }],
    },
  });
  const event = await made('POST', '/v1/events', {
    name: 'Match', venue_id: venue.json.venue_id, starts_at: '2031-03-01T19:00:00.000Z', category: 'sport', currency: 'EUR',
    tiers: [{ id: 'seat', name: 'Seat', price: 100 }, { id: 'floor', name: 'Floor', price: 50 }], max_per_order: 100,
  });
  await made('POST', `/v1/events/${event.json.event_id}/publish`);
  return event.json.event_id;
}

/** Random holds, releases and now and then a sale, some at a time. Counts seats and places that change. */
class Sales {
  constructor(event, layout) {
    this.event = event;
    this.labels = Array.from({ length: layout.seatCount }, (_, seat) => labelOf(layout, seat));
    this.free = new Set(this.labels);
    this.holds = [];
    this.changes = 0;
    this.seq = 0;
  }

  async one() {
    if (this.holds.length > 60 || (this.holds.length > 0 && random(100) < 40)) {
      const [hold] = this.holds.splice(random(this.holds.length), 1);
      const sell = random(100) < 3;
      const answer = sell
        ? await made('POST', `/v1/holds/${hold.id}/confirm`, { payment: { method: 'cash', reference: 'till' } })
        : await made('DELETE', `/v1/holds/${hold.id}`);
      if (!sell) for (const seat of hold.seats) this.free.add(seat);
      this.count(hold, answer.seq);
      return;
    }
    const hold = { seats: [], places: random(100) < 20 ? 1 + random(5) : 0 };
    const all = hold.places > 0 ? [] : [...this.free];
    for (let wanted = 1 + random(8); wanted > 0 && all.length > 0; --wanted) {
      const [seat] = all.splice(random(all.length), 1);
      if (this.free.delete(seat)) hold.seats.push(seat);
    }
    if (hold.seats.length === 0) hold.places ||= 1;
    const answer = await made(
      'POST',
      `/v1/events/${this.event}/holds`,
      hold.places > 0 ? { areas: [{ area: 'floor', quantity: hold.places }] } : { seats: hold.seats },
    );
    hold.id = answer.json.hold_id;
    this.holds.push(hold);
    this.count(hold, answer.seq);
  }

  count(hold, seq) {
    this.changes += hold.seats.length + (hold.places > 0 ? 1 : 0);
    this.seq = Math.max(this.seq, seq);
  }

  async run(changes) {
    const goal = this.changes + changes;
    const hand = async () => {
      while (this.changes < goal) await this.one();
    };
    await Promise.all(Array.from({ length: 6 }, hand));
  }
}

/** Passes bytes on to the server until its connections are broken. */
async function breakableProxy() {
  const open = new Set();
  const to = new URL(server.base);
  const proxy = createServer((client) => {
    const upstream = connect(Number(to.port), to.hostname);
    for (const [one, other] of [[client, upstream], [upstream, client]]) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    base: `http://127.0.0.1:${proxy.address().port}`,
    breakAll() {
      for (const socket of open) socket.destroy();
      open.clear();
    },
    close() {
      this.breakAll();
      proxy.close();
    },
  };
}

const digest = (status) => createHash('sha1').update(status.statuses).update(status.areas.join()).digest('hex');

const streams = [];

/** A stream whose connections can be broken, and what it showed at every seq. */
function follow(event, transport) {
  const lines = new Set();
  const shown = new Map();
  const errors = [];
  class BreakableWebSocket extends WebSocket {
    constructor(url) {
      super(url);
      lines.add(this);
    }
  }
  class BreakableEventSource extends EventSource {
    constructor(url) {
      super(url);
      lines.add(this);
    }
  }
  const stream = new SeatStream({
    base: server.base,
    event,
    transport,
    WebSocket: BreakableWebSocket,
    EventSource: BreakableEventSource,
    random: () => 0.1,
    onError: (error) => errors.push(error),
    onChange: () => shown.set(stream.seq, digest(stream.status)),
  });
  const breakLine = () => {
    for (const line of lines) {
      if (transport === 'sse') {
        line.close();
        line.onerror?.(new Event('error'));
      } else {
        line.terminate();
      }
    }
    lines.clear();
  };
  stream.start();
  streams.push(stream);
  return { stream, shown, errors, breakLine };
}

async function serverStatus(event, minSeq = 0) {
  const answer = await fetch(`${server.base}/v1/events/${event}/seats?min_seq=${minSeq}`, { headers: { Accept: SEATS_TYPE } });
  assert.equal(answer.status, 200);
  return decodeSeats(new Uint8Array(await answer.arrayBuffer()));
}

async function mustAgree(event, { stream }, seq) {
  await until(() => stream.seq >= seq && stream.kept === null);
  const status = await serverStatus(event, seq);
  assert.equal(stream.seq, status.seq);
  assert.deepEqual(stream.status.statuses, status.statuses);
  assert.deepEqual(stream.status.areas, status.areas);
}

before(async () => {
  writeFileSync(
    `${room}/config.json`,
    JSON.stringify({
      data_directory: `${room}/data`,
      http: { connections_per_address_max: 1000 },
      rates: { address_view_per_second: 0, address_act_per_second: 0, key_per_second: 0 },
      log: { level: 'error' },
    }),
  );
  await server.start();
});

after(() => {
  for (const stream of streams) stream.stop();
  return server.stop();
});

test(`the map of a client is the server's at every seq, after ${CHANGES} changes with disconnects and a restart`, async () => {
  const event = await openEvent();
  const clients = [follow(event, 'websocket'), follow(event, 'sse')];
  await until(() => clients.every(({ stream }) => stream.state === 'live')).catch((error) => {
    throw new AggregateError([error, ...clients.flatMap(({ errors }) => errors)]);
  });
  const sales = new Sales(event, clients[0].stream.layout);
  // What the server shows, whenever it is asked.
  const asked = [];
  const checkpoints = 10;
  for (let i = 0; i < checkpoints; ++i) {
    // Once at least for each, however fast the sales are.
    for (const { stream, breakLine } of clients) {
      await until(() => stream.state === 'live');
      breakLine();
    }
    let running = true;
    const breaking = (async () => {
      while (running) {
        await pause(30 + random(100));
        clients[random(clients.length)].breakLine();
        const status = await serverStatus(event);
        asked.push([status.seq, digest(status)]);
      }
    })();
    await sales.run(CHANGES / checkpoints);
    running = false;
    await breaking;
    for (const client of clients) await mustAgree(event, client, sales.seq);
    if (i === checkpoints / 2) {
      await server.stop();
      await server.start();
    }
  }
  assert.ok(sales.changes >= CHANGES);
  // In between, too: wherever both were asked at the same seq, they said the same.
  let compared = 0;
  for (const { shown, stream } of clients) {
    for (const [seq, said] of asked) {
      if (!shown.has(seq)) continue;
      assert.equal(shown.get(seq), said, `at seq ${seq}`);
      ++compared;
    }
    assert.ok(stream.connections > checkpoints, `${stream.connections} connections`);
  }
  // And against the JSON, by label.
  const answer = await (await fetch(`${server.base}/v1/events/${event}/seats?min_seq=${sales.seq}`)).json();
  const { stream } = clients[0];
  answer.seats.forEach(({ seat, status }, index) => {
    assert.equal(labelOf(stream.layout, index), seat);
    assert.equal(STATUS[stream.status.statuses[index]], status);
  });
  for (const client of clients) client.stream.stop();
  console.log(
    `${sales.changes} changes, ${asked.length} times asked, ${compared} compared; connections and resets:`,
    clients.map((each) => `${each.stream.connections}/${each.stream.resets}`).join(' '),
  );
});

test('a bare EventSource comes back by itself with what it got last, and misses nothing', async () => {
  const event = await openEvent();
  const status = await serverStatus(event);
  const connections = [];
  const proxy = await breakableProxy();
  const source = new EventSource(`${proxy.base}/v1/events/${event}/live?since=${status.seq}`, {
    fetch: (url, options) => {
      connections.push(options.headers['Last-Event-ID'] ?? null);
      return fetch(url, options);
    },
  });
  const frames = [];
  source.onmessage = (message) => {
    const frame = decodeFrame(fromBase64(message.data));
    assert.equal(message.lastEventId, String(frame.seq));
    frames.push(frame);
  };
  await until(() => frames.length > 0);
  const sales = new Sales(event, { seatCount: 0 });
  sales.labels = ['A/1/1', 'A/1/2', 'A/1/3', 'A/1/4', 'A/1/5', 'A/1/6'];
  sales.free = new Set(sales.labels);
  await sales.run(5);
  await until(() => frames.at(-1).seq >= sales.seq);
  proxy.breakAll();
  await sales.run(5);
  await until(() => frames.at(-1).seq >= sales.seq);
  source.close();
  proxy.close();
  assert.equal(connections.length, 2);
  assert.ok(Number(connections[1]) > 0);
  assert.deepEqual(frames.map(({ type }) => type).filter((type) => type !== 'delta'), ['hello', 'hello']);
  const deltas = frames.filter(({ type }) => type === 'delta');
  for (let i = 1; i < deltas.length; ++i) assert.ok(deltas[i].seq > deltas[i - 1].seq);
  for (const { seats, areas } of deltas) {
    for (const { seat, status: now } of seats) status.statuses[seat] = now;
    for (const { area, available } of areas) status.areas[area] = available;
  }
  const last = await serverStatus(event, sales.seq);
  assert.deepEqual(status.statuses, last.statuses);
  assert.deepEqual(status.areas, last.areas);
});

test('a bare ws client gets binary messages, an answer to its ping, and a reason at the end', async () => {
  const event = await openEvent();
  const socket = new WebSocket(`${server.base.replace('http', 'ws')}/v1/events/${event}/live`);
  const [data, isBinary] = await once(socket, 'message');
  assert.equal(isBinary, true);
  const hello = decodeFrame(new Uint8Array(data));
  assert.equal(hello.type, 'hello');
  assert.equal(hello.seats, 2000);
  assert.equal(socket.extensions, '');
  socket.ping('hello');
  const [pong] = await once(socket, 'pong');
  assert.equal(String(pong), 'hello');
  socket.send('a text');
  const [code] = await once(socket, 'close');
  assert.equal(code, 1003);
  // What the server never had is answered with a reset.
  const late = new WebSocket(`${server.base.replace('http', 'ws')}/v1/events/${event}/live?since=1`);
  const types = [];
  late.on('message', (bytes) => types.push(decodeFrame(new Uint8Array(bytes)).type));
  await until(() => types.length === 2);
  assert.deepEqual(types, ['hello', 'reset']);
  late.terminate();
  const refused = new WebSocket(`${server.base.replace('http', 'ws')}/v1/events/${event}/live`, { origin: 'https://evil.example' });
  const [error] = await once(refused, 'error');
  assert.match(error.message, /403/);
});
