// A real server as a process, sales on it, and clients whose connections can be broken. Needs HOLDFAST_BIN and an empty directory
// HOLDFAST_ROOM. With server.pem and server.key in it the server speaks TLS only; NODE_EXTRA_CA_CERTS has to name who signed them.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import { EventSource } from 'eventsource';
import WebSocket from 'ws';

import { decodeSeats, labelOf, SEATS_TYPE, SeatStream } from '../../web/lib/seatstream/index.js';

const room = process.env.HOLDFAST_ROOM;
/** Whether the server speaks TLS. */
export const tls = existsSync(`${room}/server.pem`);

/** The server as a process; its port stays through a restart. */
export const server = {
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

export async function until(condition, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `not within ${seconds} s: ${condition}`);
    await pause(10);
  }
}

let seed = 20261122;
export const random = (below) => {
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

export async function openEvent() {
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

/** Random holds, releases, now and then a sale, and allocations that come, are held from and go; some at a time. Counts seats and places that change. */
export class Sales {
  constructor(event, layout) {
    this.event = event;
    this.labels = Array.from({ length: layout.seatCount }, (_, seat) => labelOf(layout, seat));
    this.free = new Set(this.labels);
    this.holds = [];
    this.pools = []; // allocations with what nobody has of them
    this.allocated = 0;
    this.changes = 0;
    this.seq = 0;
  }

  async one() {
    if (random(100) < 10 && (await this.setApart())) return;
    if (this.holds.length > 60 || (this.holds.length > 0 && random(100) < 40)) {
      const [hold] = this.holds.splice(random(this.holds.length), 1);
      const sell = random(100) < 3;
      const answer = sell
        ? await made('POST', `/v1/holds/${hold.id}/confirm`, { payment: { method: 'cash', reference: 'till' } })
        : await made('DELETE', `/v1/holds/${hold.id}`);
      if (!sell) for (const seat of hold.seats) (hold.pool?.free ?? this.free).add(seat);
      if (!sell && hold.pool) hold.pool.places += hold.places;
      if (hold.pool) --hold.pool.held;
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

  /** Makes an allocation, holds from one, or releases one that nobody holds from. False when there is nothing to do. */
  async setApart() {
    const allocations = `/v1/events/${this.event}/allocations`;
    const what = random(3);
    if (what === 0 && this.pools.length < 4) {
      const seats = [...this.free].slice(0, 1 + random(6)).filter((seat) => this.free.delete(seat));
      const places = seats.length === 0 || random(100) < 30 ? 1 + random(20) : 0;
      const wish = { name: 'Guests', kind: 'house', reason: 'the house', ...(seats.length > 0 && { seats }) };
      if (places > 0) wish.areas = [{ area: 'floor', quantity: places }];
      const answer = await made('POST', allocations, wish);
      this.pools.push({ id: answer.json.allocation_id, free: new Set(seats), places, held: 0 });
      ++this.allocated;
      this.count({ seats, places }, answer.seq);
      return true;
    }
    if (this.pools.length === 0) return false;
    const at = random(this.pools.length);
    const pool = this.pools[at];
    if (what === 1 && pool.held === 0) {
      this.pools.splice(at, 1);
      const answer = await made('DELETE', `${allocations}/${pool.id}`);
      for (const seat of pool.free) this.free.add(seat);
      this.count({ seats: [...pool.free], places: pool.places }, answer.seq);
      return true;
    }
    const seats = [...pool.free].slice(0, 1 + random(3)).filter((seat) => pool.free.delete(seat));
    const hold = { seats, places: seats.length === 0 ? Math.min(pool.places, 1 + random(3)) : 0, pool };
    if (hold.seats.length === 0 && hold.places === 0) return false;
    ++pool.held;
    pool.places -= hold.places;
    const wish = hold.places > 0 ? { areas: [{ area: 'floor', quantity: hold.places }] } : { seats };
    const answer = await made('POST', `/v1/events/${this.event}/holds`, { ...wish, allocation: pool.id });
    hold.id = answer.json.hold_id;
    this.holds.push(hold);
    this.count(hold, answer.seq);
    return true;
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
export async function breakableProxy() {
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
    base: `${to.protocol}//127.0.0.1:${proxy.address().port}`,
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

export const digest = (status) => createHash('sha1').update(status.statuses).update(status.areas.join()).digest('hex');

const streams = [];

/** A stream whose connections can be broken, and what it showed at every seq. */
export function follow(event, transport) {
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

export async function serverStatus(event, minSeq = 0) {
  const answer = await fetch(`${server.base}/v1/events/${event}/seats?min_seq=${minSeq}`, { headers: { Accept: SEATS_TYPE } });
  assert.equal(answer.status, 200);
  return decodeSeats(new Uint8Array(await answer.arrayBuffer()));
}

export async function mustAgree(event, { stream }, seq) {
  await until(() => stream.seq >= seq && stream.kept === null);
  const status = await serverStatus(event, seq);
  assert.equal(stream.seq, status.seq);
  assert.deepEqual(stream.status.statuses, status.statuses);
  assert.deepEqual(stream.status.areas, status.areas);
}

/** With nothing in its way but what a test is about. */
export async function startServer() {
  writeFileSync(
    `${room}/config.json`,
    JSON.stringify({
      data_directory: `${room}/data`,
      // It is sold here however full the disk of this machine is.
      journal: { no_new_holds_below_free_ratio: 0, settle_only_below_free_ratio: 0 },
      http: {
        connections_per_address_max: 1000,
        ...(tls ? { tls: { certificate_file: `${room}/server.pem`, key_file: `${room}/server.key` } } : {}),
      },
      rates: { address_view_per_second: 0, address_act_per_second: 0, key_per_second: 0 },
      log: { level: 'error' },
    }),
  );
  await server.start();
}

export function stopServer() {
  for (const stream of streams) stream.stop();
  return server.stop();
}
