// A real server that sells, a gateway for cards, and what both need; each test has a world of its own.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const program = process.env.HOLDFAST_BIN;
const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

/** Waits until something is so; what it is is the result. */
export async function until(what, { for_ms = 30_000, why = 'it never came to be' } = {}) {
  const end = Date.now() + for_ms;
  for (;;) {
    const got = await what();
    if (got) return got;
    assert.ok(Date.now() < end, why);
    await pause(20);
  }
}

/** A program that says in a line of JSON that it is ready, and can be killed and started again at the same address. */
class Program {
  constructor(words) {
    this.words = words;
    this.port = 0;
  }

  async start() {
    this.child = spawn(program, [...this.words, '--listen', `127.0.0.1:${this.port}`, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.ended = once(this.child, 'exit');
    children.add(this.child);
    let said = '';
    for await (const chunk of this.child.stdout) {
      said += chunk;
      if (said.includes('\n')) break;
    }
    assert.ok(said, 'the program starts');
    this.said = JSON.parse(said.split('\n')[0]);
    this.url = this.said.url;
    this.port = Number(new URL(this.url).port);
  }

  async end(signal) {
    this.child.kill(signal);
    await this.ended;
    children.delete(this.child);
  }
}

/** Pauses that a test can wait for. */
export const impatient = { retry_first_ms: 40, retry_longest_ms: 200 };

export class World {
  #keys = 0;

  /** `with_cards`: a gateway too. `config`: sections of the server's configuration. */
  static async open(config, { with_cards = false } = {}) {
    const world = new World();
    world.room = mkdtempSync(join(tmpdir(), 'hf-notify-'));
    world.data = join(world.room, 'data');
    if (with_cards) {
      world.gateway = new Program(['gateway', '--data', join(world.room, 'gateway')]);
      await world.gateway.start();
      config = { ...config, payments: { url: world.gateway.url, key_file: join(world.room, 'gateway', 'secret.key'), requests_per_second_max: 10_000 } };
    }
    world.server = new Program(['serve', '--config', join(world.room, 'config.json')]);
    world.configure(config);
    await world.server.start();
    world.admin = readFileSync(join(world.data, 'admin.key'), 'utf8').trim();
    return world;
  }

  configure(config) {
    const all = {
      data_directory: this.data,
      journal: { no_new_holds_below_free_ratio: 0, settle_only_below_free_ratio: 0, ballast_bytes: 0 },
      rates: { address_view_per_second: 0, address_act_per_second: 0, address_session_per_second: 0, buyer_per_second: 0, key_per_second: 0 },
      log: { level: process.env.HOLDFAST_LOG ?? 'error' },
      ...config,
    };
    writeFileSync(join(this.room, 'config.json'), JSON.stringify(all));
  }

  async restart(signal = 'SIGKILL', between = () => {}) {
    await this.server.end(signal);
    await between();
    await this.server.start();
  }

  async close() {
    await this.server.end('SIGTERM');
    if (this.gateway) await this.gateway.end('SIGTERM');
    rmSync(this.room, { recursive: true, force: true });
  }

  async ask(method, path, { by = this.admin, body, expect } = {}) {
    const headers = { 'Idempotency-Key': `key-${process.pid}-${++this.#keys}` };
    if (by) headers.Authorization = `Bearer ${by}`;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const got = await fetch(this.server.url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), redirect: 'manual' });
    const text = await got.text();
    const answer = { status: got.status, seq: Number(got.headers.get('event-seq')), body: text ? JSON.parse(text) : null };
    if (expect !== undefined) assert.equal(answer.status, expect, `${method} ${path}: ${text}`);
    return answer;
  }

  /** An event of 200 standing places, on sale; `more`: of its configuration. */
  async openEvent(by = this.admin, name = 'Tosca — «Жизнь»', { capacity = 200, ...more } = {}) {
    const layout = { sections: [], areas: [{ name: 'floor', tier: 'stalls', capacity }] };
    const venue = await this.ask('POST', '/v1/venues', { by, expect: 201, body: { name: 'Opera', city: 'Graz', country: 'AT', timezone: 'Europe/Vienna', lat: 47, lon: 15, layout } });
    const body = {
      name, venue_id: venue.body.venue_id, starts_at: '2037-03-01T19:00:00.000Z', category: 'opera', currency: 'EUR',
      tiers: [{ id: 'stalls', name: 'Stalls', price: 2500 }], ...more,
    };
    const event = (await this.ask('POST', '/v1/events', { by, expect: 201, body })).body.event_id;
    await this.ask('POST', `/v1/events/${event}/publish`, { by, expect: 200, body: {} });
    return event;
  }

  async buyer() {
    return (await this.ask('POST', '/v1/sessions', { by: null, body: {}, expect: 201 })).body.token;
  }

  async hold(event, by, quantity = 1) {
    return (await this.ask('POST', `/v1/events/${event}/holds`, { by, expect: 201, body: { areas: [{ area: 'floor', quantity }] } })).body.hold_id;
  }

  /** An event whose places are all in one hold, with a waitlist: both. */
  async soldOut(capacity = 2) {
    const event = await this.openEvent(this.admin, undefined, { capacity, waitlist: { offer_seconds: 1800 } });
    return { event, hold: await this.hold(event, this.admin, capacity) };
  }

  /** Goes on the waitlist for one place. */
  async wait(event, by, people = {}) {
    const choices = [{ areas: [{ area: 'floor', quantity: 1 }], max_each: 2500 }];
    return (await this.ask('POST', `/v1/events/${event}/waitlist`, { by, expect: 201, body: { choices, ...people } })).body.waitlist_id;
  }

  async release(hold, by = this.admin) {
    await this.ask('DELETE', `/v1/holds/${hold}`, { by, expect: 204 });
  }

  /** An order of the box office, in cash. */
  async sell(event, people = {}, by = this.admin) {
    const hold = await this.hold(event, by);
    return this.ask('POST', `/v1/holds/${hold}/confirm`, { by, expect: 201, body: { payment: { method: 'cash' }, ...people } });
  }

  /** An order of a buyer, by card. */
  async buy(event, by, people, quantity = 1) {
    const hold = await this.hold(event, by, quantity);
    return this.ask('POST', `/v1/holds/${hold}/confirm`, { by, expect: 201, body: { payment: { method: 'pm_card_visa' }, ...people } });
  }

  /** The value of a metric without labels. */
  async metric(name) {
    const text = await (await fetch(`${this.server.url}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    assert.ok(line, `${name} is a metric`);
    return Number(line.split(' ')[1]);
  }
}
