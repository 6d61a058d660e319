// A real server and a real gateway in a room of their own, and buyers who pay: what tests of money share.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A question that has no end after so long never has one: a payment times out after 3 s. */
const patienceMs = 120_000;

/** Whatever becomes of this program, it leaves none of its own behind. */
const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

/** A program that says in a line of JSON that it is ready, and can be killed and started again at the same address. */
export class Process {
  constructor(program, words, port = 0) {
    this.program = program;
    this.words = words;
    this.port = port;
  }

  /** Ready when this returns, or dead: `alive` says which. */
  async start(environment = {}) {
    this.child = spawn(this.program, [...this.words, '--listen', `127.0.0.1:${this.port}`, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    this.ended = once(this.child, 'exit');
    children.add(this.child);
    let said = '';
    for await (const chunk of this.child.stdout) {
      said += chunk;
      if (said.includes('\n')) break;
    }
    if (!said.includes('\n')) return;
    this.said = JSON.parse(said.split('\n')[0]);
    this.url = this.said.url;
    this.port = Number(new URL(this.url).port);
  }

  get alive() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async kill(signal = 'SIGKILL') {
    this.child.kill(signal);
    await this.ended;
    children.delete(this.child);
  }
}

/** A port on this machine that nobody listened on a moment ago. */
async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

/**
 * A server over `room`/data whose buyers pay through a gateway over `room`/gateway. Both run when `start` has returned. `flags`: the server is told of the gateway on
 * its command line instead of in its configuration; `webhooks`: the gateway notifies it; `scoring`: the part of its configuration of that name.
 */
export class PayingRoom {
  constructor(program, room, { payments = {}, label = 'request', webhooks = false, flags = false, scoring = {} } = {}) {
    this.program = program;
    this.room = room;
    this.payments = payments;
    this.label = label;
    this.webhooks = webhooks;
    this.flags = flags;
    this.scoring = scoring;
    this.nextKey = 0;
    this.heads = new Map(); // of each event that somebody held seats of: how far its journal was read, and the newest hold
    this.gateway = new Process(program, ['gateway', '--data', `${room}/gateway`]);
    this.server = new Process(program, ['serve', '--config', `${room}/config.json`]);
  }

  async start(environment = {}) {
    if (this.webhooks) {
      this.server.port = await freePort();
      this.gateway.words.push('--webhook-url', `http://127.0.0.1:${this.server.port}/v1/payments/webhook`);
    }
    await this.gateway.start();
    const config = {
      data_directory: `${this.room}/data`,
      journal: { no_new_holds_below_free_ratio: 0, settle_only_below_free_ratio: 0 },
      rates: { address_view_per_second: 0, address_act_per_second: 0 },
      payments: {
        ...(this.flags ? {} : { url: this.gateway.url, key_file: this.gateway.said.key_file }),
        ...(this.webhooks ? { webhook_secret_file: `${this.room}/gateway/webhook.secret` } : {}),
        request_timeout_ms: 500,
        call_deadline_ms: 1000,
        circuit_open_first_ms: 50,
        circuit_open_longest_ms: 200,
        answer_within_ms: 300,
        payment_timeout_ms: 3000,
        retry_first_ms: 20,
        retry_longest_ms: 200,
        ...this.payments,
      },
      scoring: this.scoring,
      log: { level: 'error' },
    };
    writeFileSync(`${this.room}/config.json`, JSON.stringify(config));
    if (this.flags) this.server.words.push('--payments-url', this.gateway.url, '--payments-key-file', this.gateway.said.key_file);
    await this.server.start(environment);
    this.admin = readFileSync(`${this.room}/data/admin.key`, 'utf8').trim();
  }

  /** Asks until there is an answer: the same request under the same key, whatever dies meanwhile. Gives up when `until` says so. */
  async ask(method, path, { body, bearer = this.admin, key = `${this.label}-${++this.nextKey}`, until = () => false } = {}) {
    for (const begun = Date.now(); ; ) {
      if (until()) return { status: 0, body: {} };
      if (Date.now() - begun > patienceMs) return this.#giveUp(`${method} ${path}`);
      try {
        const answer = await fetch(this.server.url + path, {
          method,
          headers: {
            ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
            ...(method === 'POST' ? { 'content-type': 'application/json', 'idempotency-key': key } : {}),
          },
          body: method === 'POST' ? JSON.stringify(body ?? {}) : undefined,
          signal: AbortSignal.timeout(10_000),
        });
        const text = await answer.text();
        const parsed = text ? JSON.parse(text) : {};
        const again = answer.status === 202 || (answer.status === 503 && parsed.code !== 'payments_unavailable');
        if (!again) return { status: answer.status, body: parsed, text, headers: answer.headers };
      } catch {
        // it was killed, or is about to be: what became of the request is asked for
      }
      await pause(20);
    }
  }

  /** Says which payments are open, for whoever looks into it. */
  async #giveUp(what) {
    const open = await fetch(`${this.server.url}/v1/admin/payments`, { headers: { authorization: `Bearer ${this.admin}` } });
    assert.fail(`${what} never ends; open payments: ${await open.text()}`);
  }

  /** An event on sale: 20 rows of 50 seats for 11.50 EUR each, or as many rows as are asked for, with more terms if there are any. */
  async openEvent(rows = 20, terms = {}) {
    const layout = { sections: [{ name: 'A', tier: 'seats', rows: Array.from({ length: rows }, (_, i) => ({ name: `${i + 1}`, count: 50, x: 0, y: i })) }] };
    const venue = await this.ask('POST', '/v1/venues', { body: { name: 'Hall', city: 'Graz', country: 'AT', timezone: 'Europe/Vienna', layout } });
    assert.equal(venue.status, 201, JSON.stringify(venue.body));
    const event = await this.ask('POST', '/v1/events', {
      body: {
        name: 'Tosca',
        venue_id: venue.body.venue_id,
        starts_at: '2031-03-01T19:00:00.000Z',
        category: 'opera',
        currency: 'EUR',
        tiers: [{ id: 'seats', name: 'Seats', price: 1000, fee: 150 }],
        hold_seconds: 600,
        max_per_order: 8,
        ...terms,
      },
    });
    assert.equal(event.status, 201, JSON.stringify(event.body));
    const id = event.body.event_id;
    assert.equal((await this.ask('POST', `/v1/events/${id}/publish`)).status, 200);
    return id;
  }

  /** A new buyer with a hold of so many seats, or of what is wished for instead. */
  async hold(event, quantity = 1, wish = { best_available: { quantity } }) {
    const session = await this.ask('POST', '/v1/sessions', { bearer: null });
    const bearer = session.body.token;
    const held = await this.ask('POST', `/v1/events/${event}/holds`, { bearer, body: wish });
    assert.equal(held.status, 201, JSON.stringify(held.body));
    this.heads.set(event, { bearer, hold: held.body.hold_id, seq: this.heads.get(event)?.seq ?? 1 });
    return { bearer, hold: held.body.hold_id, expiresAt: held.body.expires_at };
  }

  pay({ bearer, hold }, method = 'pm_card_visa', options = {}) {
    return this.ask('POST', `/v1/holds/${hold}/confirm`, { bearer, body: { payment: { method } }, ...options });
  }

  refund(order, options = {}) {
    return this.ask('POST', `/v1/orders/${order}/refunds`, options);
  }

  #gatewayKey() {
    return readFileSync(this.gateway.said.key_file, 'utf8').trim();
  }

  /** Asks the gateway in Stripe's own form, as somebody with the account's key would. */
  async stripe(path, fields) {
    const answer = await fetch(this.gateway.url + path, {
      method: fields ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${this.#gatewayKey()}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: fields ? new URLSearchParams(fields).toString() : undefined,
    });
    const body = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(body));
    return body;
  }

  async setFaults(script) {
    const answer = await fetch(`${this.gateway.url}/_gateway/faults`, {
      method: 'PUT',
      headers: { authorization: `Basic ${Buffer.from(`${this.#gatewayKey()}:`).toString('base64')}` },
      body: JSON.stringify(script),
    });
    assert.equal(answer.status, 200);
  }

  /** The sum of a metric over its labels; 0 when there is none of this name. */
  async metric(name) {
    const text = await (await fetch(`${this.server.url}/metrics`, { headers: { authorization: `Bearer ${this.admin}` } })).text();
    const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** Until no payment is open, and what has become of all of them is seen by whoever looks. */
  async settle() {
    for (let tries = 0; tries < 3000; ++tries) {
      const open = await this.ask('GET', '/v1/admin/payments');
      if (open.body.items.length === 0) return this.#seen();
      if (tries === 2999) assert.fail(`payments never end: ${JSON.stringify(open.body.items, null, 1)}`);
      await pause(20);
    }
  }

  /** Until views have everything that is in the journals of the events. */
  async #seen() {
    for (const [event, head] of this.heads) {
      for (let cursor = head.seq; cursor !== null; ) {
        const page = await this.ask('GET', `/v1/events/${event}/journal?limit=200&cursor=${cursor}`);
        assert.equal(page.status, 200, page.text);
        head.seq = page.body.items.at(-1)?.seq ?? head.seq;
        cursor = page.body.next_cursor;
      }
      const { status, text } = await this.ask('GET', `/v1/holds/${head.hold}?min_seq=${head.seq}`, { bearer: head.bearer });
      assert.ok([200, 404, 410].includes(status), text);
    }
  }

  /** Runs the program and expects an exit status; what it says, as JSON when it is asked for. */
  run(words, status = 0) {
    const ran = spawnSync(this.program, words, { encoding: 'utf8', maxBuffer: 1 << 28 });
    assert.equal(ran.status, status, `${words.join(' ')}: ${ran.stdout} ${ran.stderr}`);
    return words.includes('--json') ? JSON.parse(ran.stdout) : ran.stdout + ran.stderr;
  }

  ledger() {
    return JSON.parse(execFileSync(this.program, ['gateway', 'ledger', `${this.room}/gateway`, '--json'], { maxBuffer: 1 << 28 }));
  }

  /** Of a server that has stopped, at rest: the journal holds, and both books agree on every payment. */
  audit() {
    const words = ['audit', '--data', `${this.room}/data`, '--against', `${this.room}/gateway`, '--at-rest', '--json'];
    const report = this.run(words);
    assert.equal(report.violations, 0);
    assert.deepEqual(report.against.differences, []);
    return report;
  }

  async stop() {
    await this.server.kill('SIGTERM');
    await this.gateway.kill('SIGTERM');
  }
}
