// A real server in a directory of its own, and somebody who writes down what it answers.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export async function startServer(program, room) {
  const config = {
    data_directory: `${room}/data`,
    // The answers are wanted, however full the disk of this machine is.
    journal: { no_new_holds_below_free_ratio: 0, settle_only_below_free_ratio: 0 },
    rates: { address_view_per_second: 0, address_act_per_second: 0 },
    log: { level: 'error' },
    webhooks: { own_network_allowed: true },
  };
  writeFileSync(`${room}/config.json`, JSON.stringify(config));
  const child = spawn(program, ['serve', '--config', `${room}/config.json`, '--listen', '127.0.0.1:0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const chunk of child.stdout) {
    said += chunk;
    if (said.includes('\n')) break;
  }
  const base = JSON.parse(said.split('\n')[0]).url;
  while (!(await fetch(`${base}/readyz`)).ok) await pause(10);
  return {
    base,
    adminKey: readFileSync(`${room}/data/admin.key`, 'utf8').trim(),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The first `data:` of a stream that does not end. */
async function firstEvent(answer) {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body) {
    text += decoder.decode(chunk, { stream: true });
    if (/^data:.*\n\n/m.test(text)) break;
  }
  return text;
}

async function bodyOf(answer, type) {
  if (type === 'text/event-stream') return firstEvent(answer);
  if (type.includes('json')) return answer.json();
  // Text is text, however long; bytes are text to the types.
  return (await answer.text()).slice(0, 100);
}

export class Recorder {
  exchanges = [];
  #nextKey = 0;

  constructor(server, description) {
    this.server = server;
    this.description = description;
  }

  #names(operation, item, where) {
    const all = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
    return all
      .map((one) => (one.$ref ? this.description.components.parameters[one.$ref.split('/').at(-1)] : one))
      .filter((one) => one.in === where);
  }

  /**
   * Asks, and writes down what was asked and answered. `path` is a pattern of the description, whose parameters are taken from
   * `parameters.path`. `expect`: the status; one of 400 or more is a refusal, whose request need not be as described.
   */
  async ask(method, path, { expect, parameters = {}, body, key = this.server.adminKey, accept = '*/*' }) {
    const operation = this.description.paths[path]?.[method];
    assert.ok(operation, `${method} ${path} is not described`);
    const header = { ...parameters.header };
    if (this.#names(operation, this.description.paths[path], 'header').some(({ name, required }) => name === 'Idempotency-Key' && required))
      header['Idempotency-Key'] ??= `recorded-${++this.#nextKey}`;
    const url = new URL(path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(parameters.path[name])), this.server.base);
    for (const [name, value] of Object.entries(parameters.query ?? {})) url.searchParams.set(name, value);
    const headers = { ...header, Accept: accept, ...(key && { Authorization: `Bearer ${key}` }) };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const stream = new AbortController();
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const answer = await fetch(url, { method: method.toUpperCase(), headers, body: sent, redirect: 'manual', signal: stream.signal });
    const type = (answer.headers.get('Content-Type') ?? '').split(';')[0];
    const got = type ? await bodyOf(answer, type) : await answer.text();
    if (type === 'text/event-stream') stream.abort();
    assert.equal(answer.status, expect, `${method} ${url}: ${JSON.stringify(got)}`);
    const asked = { ...parameters, ...(Object.keys(header).length > 0 && { header }) };
    this.exchanges.push({ method, path, status: answer.status, type, body: got, parameters: asked, sent: body, refused: expect >= 400 });
    return { body: got, seq: Number(answer.headers.get('Event-Seq') ?? 0), etag: answer.headers.get('ETag') };
  }

  /** Every GET of the description, with values for the parameters of paths, and queries for the paths that want some. */
  async askEveryGet(values, queries, expected) {
    for (const [path, item] of Object.entries(this.description.paths)) {
      if (!item.get) continue;
      const named = this.#names(item.get, item, 'path').map(({ name }) => name);
      for (const name of named) assert.ok(name in values, `GET ${path}: the recorder does not know what {${name}} may be`);
      const parameters = {};
      if (named.length > 0) parameters.path = Object.fromEntries(named.map((name) => [name, values[name]]));
      for (const query of queries[path] ?? [{}]) {
        if (Object.keys(query).length > 0) parameters.query = query;
        await this.ask('get', path, { expect: expected[path] ?? 200, parameters: structuredClone(parameters) });
      }
      // And every other form that it may be asked for.
      const forms = Object.keys(item.get.responses[200]?.content ?? {});
      for (const accept of forms.slice(1)) await this.ask('get', path, { expect: 200, parameters: structuredClone(parameters), accept });
    }
  }
}
