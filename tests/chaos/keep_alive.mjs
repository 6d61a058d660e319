// Many clients over few connections to a server that dies and comes back: each request is sent until it is answered.

import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** A question that has no answer after so long never has one. */
const patienceMs = 120_000;
const answerMs = 10_000;
const againMs = 20;
const connectionsMax = 150;

/** Answers that say "later": the server has just started, is ending, or has too much to do. */
const isLater = ({ status, body }) => status === 503 || (status === 429 && body?.code !== 'join_held_back') || body?.code === 'request_in_progress';

export class KeepAlive {
  #agent = new Agent({ keepAlive: true, maxSockets: connectionsMax, scheduling: 'lifo' });
  #nextKey = 0;

  /** `address` answers where the server is now, `prefix` is of every idempotency key. */
  constructor(address, prefix) {
    this.address = address;
    this.prefix = prefix;
    this.sent = 0;
    this.repeated = 0;
  }

  /** One attempt: an answer, or an error when it is not known what became of it. */
  #once(method, path, headers, text) {
    return new Promise((resolve, reject) => {
      const asked = request(`${this.address()}${path}`, { method, headers, agent: this.#agent, timeout: answerMs }, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, bytes: Buffer.concat(chunks) }));
      });
      asked.on('timeout', () => asked.destroy(new Error('no answer came in time')));
      asked.on('error', reject);
      asked.end(text);
    });
  }

  /** Asks until there is an answer: the same request under the same key, whatever dies meanwhile. */
  async ask(method, path, { body, bearer, headers = {}, key = `${this.prefix}-${++this.#nextKey}` } = {}) {
    const text = method === 'GET' || method === 'DELETE' ? undefined : JSON.stringify(body ?? {});
    const all = { ...headers };
    if (bearer) all.authorization = `Bearer ${bearer}`;
    if (text !== undefined) Object.assign(all, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    if (method === 'POST') all['idempotency-key'] = key;
    let last = 'nothing';
    for (const begun = Date.now(); Date.now() - begun < patienceMs; ++this.repeated) {
      ++this.sent;
      try {
        const answer = await this.#once(method, path, all, text);
        answer.body = answer.headers['content-type']?.includes('json') ? JSON.parse(answer.bytes) : undefined;
        if (!isLater(answer)) return answer;
        last = `${answer.status} ${answer.bytes}`;
      } catch (error) {
        last = error.message; // it was killed, or is about to be
      }
      await pause(againMs);
    }
    return assert.fail(`${method} ${path} is never answered; the last was ${last}`);
  }

  /** The body of an answer with this status; anything else is a failure that quotes it. */
  async expect(status, method, path, options) {
    const answer = await this.ask(method, path, options);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.bytes}`);
    return answer.body;
  }

  close() {
    this.#agent.destroy();
  }
}
