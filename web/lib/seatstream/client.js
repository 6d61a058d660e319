// Keeps the seat status of one event up to date: fetches layout and status, follows the changes, comes back after every interruption.

import {
  applyDelta,
  decodeFrame,
  decodeLayout,
  decodeSeats,
  fromBase64,
  LAYOUT_TYPE,
  SEATS_TYPE,
} from './wire.js';

const BACKOFF_MS_MIN = 500;
const BACKOFF_MS_MAX = 10_000;
/** Deltas kept while the status is being fetched. More than that, and it is fetched again. */
const KEPT_DELTAS_MAX = 10_000;
const ATTEMPTS_MAX = 5;

/**
 * @typedef {object} Options
 * @property {string} base      the server, such as `https://tickets.example`
 * @property {string} event     the event's id or slug
 * @property {'websocket'|'sse'} [transport]
 * @property {object} [headers] sent with every fetch
 * @property {(change: {kind: 'all'} | {kind: 'some', seats: {seat: number, status: number}[], areas: {area: number, available: number}[]}) => void} [onChange]
 * @property {(state: 'connecting'|'live'|'offline'|'stopped') => void} [onState]
 * @property {(error: Error) => void} [onError] what went wrong before the next attempt
 * @property {typeof fetch} [fetch]
 * @property {typeof WebSocket} [WebSocket]
 * @property {typeof EventSource} [EventSource]
 * @property {() => number} [random] 0 … 1
 */

export class SeatStream {
  /** @param {Options} options */
  constructor(options) {
    this.options = {
      transport: 'websocket',
      headers: {},
      onChange() {},
      onState() {},
      onError() {},
      fetch: globalThis.fetch?.bind(globalThis),
      WebSocket: globalThis.WebSocket,
      EventSource: globalThis.EventSource,
      random: Math.random,
      ...options,
    };
    /** As from decodeLayout; null until it is known. */
    this.layout = null;
    /** As from decodeSeats: `statuses`, `areas`, `seq`, `layoutTag`; null until it is known. */
    this.status = null;
    this.state = 'stopped';
    this.resets = 0;
    this.connections = 0;
    this.kept = null; // deltas that came while the status is being fetched; null: it is not
    this.wantedSeq = 0; // of the status that is to be fetched
    this.failures = 0;
    this.line = null;
    this.timer = null;
    this.abort = null;
  }

  get seq() {
    return this.status?.seq ?? 0;
  }

  get path() {
    return `${this.options.base}/v1/events/${encodeURIComponent(this.options.event)}`;
  }

  start() {
    if (this.state !== 'stopped') return;
    this.abort = new AbortController();
    this.#enter('connecting');
    this.#again();
  }

  stop() {
    this.abort?.abort();
    clearTimeout(this.timer);
    this.#hangUp();
    this.kept = null;
    this.#enter('stopped');
  }

  #enter(state) {
    if (this.state === state) return;
    this.state = state;
    this.options.onState(state);
  }

  #hangUp() {
    const line = this.line;
    this.line = null;
    line?.close();
  }

  /** Everything that can fail begins here, and begins here again when it has failed. */
  async #again() {
    const { signal } = this.abort;
    try {
      if (this.status === null || this.kept !== null) await this.#fetchStatus(signal);
      if (!signal.aborted) this.#connect();
    } catch (error) {
      this.#failed(error, signal);
    }
  }

  #failed(error, signal = this.abort.signal) {
    if (signal.aborted) return;
    this.options.onError(error);
    this.#hangUp();
    this.#enter('offline');
    clearTimeout(this.timer);
    // Full jitter: those who lost the same server do not come back together.
    const ceiling = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** this.failures++);
    this.timer = setTimeout(() => this.#again(), Math.max(error.retryAfterMs ?? 0, ceiling * this.options.random()));
  }

  async #get(url, type, signal) {
    const answer = await this.options.fetch(url, { headers: { ...this.options.headers, Accept: type }, signal });
    if (!answer.ok) {
      const error = new Error(`${url} answered ${answer.status}`);
      error.status = answer.status;
      const seconds = Number(answer.headers.get('Retry-After'));
      if (seconds > 0) error.retryAfterMs = seconds * 1000;
      throw error;
    }
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** Fetches the status at `wantedSeq` or later, and the layout if it is another; then applies what came meanwhile. */
  async #fetchStatus(signal) {
    this.kept ??= [];
    for (let attempt = 0; attempt < ATTEMPTS_MAX; ++attempt) {
      const query = this.wantedSeq > 0 ? `?min_seq=${this.wantedSeq}` : '';
      const status = decodeSeats(await this.#get(`${this.path}/seats${query}`, SEATS_TYPE, signal));
      let layout = this.layout;
      if (layout?.layoutTag !== status.layoutTag) {
        layout = decodeLayout(await this.#get(`${this.path}/layout?min_seq=${status.seq}`, LAYOUT_TYPE, signal));
      }
      if (signal.aborted || this.kept === null) return;
      // A reset came, or the layout was replaced, while this was on its way.
      if (status.seq < this.wantedSeq || layout.layoutTag !== status.layoutTag) continue;
      this.layout = layout;
      this.status = status;
      for (const delta of this.kept) applyDelta(status, delta);
      this.kept = null;
      this.options.onChange({ kind: 'all' });
      return;
    }
    throw new Error('the status changes faster than it can be fetched');
  }

  #connect() {
    this.#hangUp();
    this.#enter('connecting');
    const url = `${this.path}/live?since=${this.seq}`;
    const { signal } = this.abort;
    let line;
    const mine = (what) => (argument) => {
      if (this.line !== line || signal.aborted) return;
      try {
        what(argument);
      } catch (error) {
        this.#failed(error);
      }
    };
    const lost = mine(() => this.#failed(new Error('the connection has ended')));
    if (this.options.transport === 'sse') {
      line = new this.options.EventSource(url);
      line.onmessage = mine((event) => this.#take(decodeFrame(fromBase64(event.data))));
    } else {
      line = new this.options.WebSocket(url.replace(/^http/, 'ws'));
      line.binaryType = 'arraybuffer';
      line.onmessage = mine((event) => this.#take(decodeFrame(new Uint8Array(event.data))));
      line.onclose = lost;
    }
    // An EventSource would come back by itself, but without knowing that the status may have to be fetched first.
    line.onerror = lost;
    this.line = line;
  }

  #take(frame) {
    switch (frame.type) {
      case 'hello':
        this.connections += 1;
        this.failures = 0;
        this.#enter('live');
        if (frame.layoutTag !== this.status.layoutTag || frame.seats !== this.status.statuses.length) this.#refetch(frame.seq);
        break;
      case 'reset':
        this.resets += 1;
        this.#refetch(frame.seq);
        break;
      case 'delta':
        this.#change(frame);
        break;
    }
  }

  #change(delta) {
    if (this.kept !== null) {
      this.kept.push(delta);
      if (this.kept.length > KEPT_DELTAS_MAX) throw new Error('fetching the status takes too long');
      return;
    }
    if (applyDelta(this.status, delta)) {
      this.options.onChange({ kind: 'some', seats: delta.seats, areas: delta.areas });
    }
  }

  /** The status is fetched anew while the connection stays; what came before is worth nothing any more. */
  async #refetch(seq) {
    const fetching = this.kept !== null;
    this.wantedSeq = Math.max(this.wantedSeq, seq);
    this.kept = [];
    if (fetching) return;
    const { signal } = this.abort;
    try {
      await this.#fetchStatus(signal);
    } catch (error) {
      this.#failed(error, signal);
    }
  }
}
