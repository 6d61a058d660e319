// A real server with an event on sale and a waiting room before it, and the organiser's hand: what tests of storms at the door share.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import { Process } from '../payments/paying.mjs';
import { KeepAlive } from './keep_alive.mjs';
import { readFacts } from './room_facts.mjs';

const seatsPerRow = 20;

/** Waits for something that this program itself sees, or asks for; `told` says how far it was. */
export async function until(what, holds, { patienceMs = 120_000, everyMs = 5, told = () => '' } = {}) {
  for (const begun = Date.now(); !(await holds()); await pause(everyMs)) {
    assert.ok(Date.now() - begun < patienceMs, `${what} never comes; ${told()}`);
  }
}

export class RoomServer {
  /** Takes an empty `directory`. `prefix` is of every idempotency key. */
  constructor(program, directory, prefix) {
    this.program = program;
    this.directory = directory;
    this.server = new Process(program, ['serve', '--config', `${directory}/config.json`]);
    this.client = new KeepAlive(() => this.server.url, prefix);
  }

  /** A server that refuses nobody for asking often. */
  async start(environment) {
    const many = 1e8;
    const rate = (...names) => Object.fromEntries(names.flatMap((name) => [[`${name}_per_second`, many], [`${name}_burst`, many]]));
    const config = {
      data_directory: `${this.directory}/data`,
      journal: { no_new_holds_below_free_ratio: 0, settle_only_below_free_ratio: 0 },
      rates: rate('address_view', 'address_act', 'address_session', 'buyer', 'key'),
      door: rate('address_join', 'buyer_join'),
      log: { level: 'error', sample_one_in: 0, sample_client_errors_one_in: 0, slow_ms: 60_000 },
    };
    writeFileSync(`${this.directory}/config.json`, JSON.stringify(config));
    await this.server.start(environment);
    this.admin = readFileSync(`${this.directory}/data/admin.key`, 'utf8').trim();
  }

  /** An event on sale, with so many seats. */
  async openEvent(seats) {
    const admin = { bearer: this.admin };
    const rows = Array.from({ length: seats / seatsPerRow }, (_, i) => ({ name: `${i + 1}`, count: seatsPerRow, x: 0, y: i }));
    const layout = { sections: [{ name: 'A', tier: 'seats', rows }] };
    const hall = { name: 'Hall', city: 'Graz', country: 'AT', timezone: 'Europe/Vienna', layout };
    const venue = await this.client.expect(201, 'POST', '/v1/venues', { ...admin, body: hall });
    const tosca = {
      name: 'Tosca',
      venue_id: venue.venue_id,
      starts_at: '2031-03-01T19:00:00.000Z',
      category: 'opera',
      currency: 'EUR',
      tiers: [{ id: 'seats', name: 'Seats', price: 1000 }],
      hold_seconds: 600,
      max_per_order: 8,
      max_per_buyer: 8,
    };
    const event = await this.client.expect(201, 'POST', '/v1/events', { ...admin, body: tosca });
    await this.client.expect(200, 'POST', `/v1/events/${event.event_id}/publish`, admin);
    this.event = event.event_id;
  }

  status() {
    return this.client.expect(200, 'GET', `/v1/events/${this.event}/queue/status`, { bearer: this.admin });
  }

  /** What a death leaves in doubt was done when the room is as it was to be. */
  async change(body, isDone = () => false) {
    const { status: code, bytes } = await this.client.ask('PATCH', `/v1/events/${this.event}/queue`, { bearer: this.admin, body });
    assert.ok(code === 200 || (code === 409 && isDone(await this.status())), `${JSON.stringify(body)}: ${code} ${bytes}`);
  }

  /** Every fact of the waiting room ('queue'), or of its event. */
  facts(stream) {
    return readFacts(this.client, this.admin, this.event, stream);
  }

  /** Kills the server, and starts it again. */
  async restart(signal) {
    await this.server.kill(signal);
    await this.server.start();
    assert.ok(this.server.alive, 'it starts again');
  }

  /** Ends it, and has its journal audited. */
  async finish() {
    this.client.close();
    await this.server.kill('SIGTERM');
    const report = JSON.parse(execFileSync(this.program, ['audit', '--data', `${this.directory}/data`, '--json'], { maxBuffer: 1 << 28 }));
    assert.equal(report.violations, 0, JSON.stringify(report));
  }
}
