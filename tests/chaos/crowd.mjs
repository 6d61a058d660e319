// People who come to an on-sale through its waiting room: who wait and buy, who leave, who go away without a word, and who try to get past it.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

/** Mulberry32: a small generator of numbers from [0, 1). */
export function numbers(from) {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What people do, of each hundred. Half of them leave, with a word or without. */
const kinds = [
  { name: 'silent', of: 25 }, // joins, and is never heard of again
  { name: 'leaver', of: 25 }, // says so, after a few looks
  { name: 'returner', of: 5 }, // is away until the server has died twice, and comes back
  { name: 'intruder', of: 5 }, // tries to hold before it is their turn
  { name: 'twin', of: 5 }, // two tabs
  { name: 'ditherer', of: 7 }, // is let in, holds, lets go and leaves, and then tries once more
  { name: 'buyer', of: 28 },
];

export const kindOf = (share) => {
  let left = share * 100;
  return kinds.find(({ of }) => (left -= of) < 0)?.name ?? 'buyer';
};

const over = (state) => ['left', 'expired', 'sold_out'].includes(state);

export class Person {
  /** `sale`: what everybody shares: {client, admin, event, random, tally, sold, pollMostMs, demotionReason, milestone(name), reach(name)}. */
  constructor(sale, number, kind, band) {
    Object.assign(this, { sale, number, kind, band });
    this.places = [];
    this.patience = 1 + Math.floor(sale.random() * 5);
    this.seats = 1 + Math.floor(sale.random() * 2);
  }

  #count(what) {
    this.sale.tally.set(what, (this.sale.tally.get(what) ?? 0) + 1);
  }

  #queue(method, options = {}) {
    const { client, event } = this.sale;
    return client.ask(method, `/v1/events/${event}/queue`, { bearer: this.token, ...options });
  }

  /** A session; of members the organiser says so. */
  async come() {
    const { client, admin } = this.sale;
    const member = this.band === 1;
    const options = member ? { bearer: admin, body: { subject: `member-${this.number}`, bands: [0] } } : {};
    const session = await client.expect(201, 'POST', '/v1/sessions', options);
    [this.token, this.id] = [session.token, session.buyer_id];
  }

  async join() {
    const { status, body, bytes } = await this.#queue('POST');
    assert.equal(status, 201, `joining: ${bytes}`);
    this.#take(body);
  }

  /** One live place at a time, and in it nobody ever falls back. */
  #take(seen) {
    if (seen.ticket) this.ticket = seen.ticket;
    const last = this.places.at(-1);
    if (seen.place !== last) {
      assert.ok(last === undefined || seen.demotion || this.ended, `${this.id} has place ${seen.place} and had ${last}, which had not ended`);
      if (seen.demotion) assert.equal(seen.demotion.reason, this.sale.demotionReason);
      this.places.push(seen.place);
      this.position = undefined;
    }
    if (seen.receipt) this.receipt = seen.receipt;
    if (seen.position !== undefined) {
      assert.equal(seen.position, seen.ahead + 1);
      assert.ok(this.position === undefined || seen.position <= this.position, `${this.id} was at ${this.position}, and is at ${seen.position}`);
      this.position = seen.position;
    }
    this.ended = ['left', 'expired'].includes(seen.state);
    if (seen.admission_token) {
      this.admission = seen.admission_token;
      this.admittedUntil = Date.parse(seen.expires_at);
    }
    return seen;
  }

  async poll() {
    const { status, body, bytes } = await this.#queue('GET', { headers: { 'queue-ticket': this.ticket } });
    assert.equal(status, 200, `${this.id} asks for place ${this.places.at(-1)}: ${bytes}`);
    return this.#take(body);
  }

  /** Polls as often as it is told to until `done`; what was seen then. */
  async wait(done) {
    for (;;) {
      const seen = await this.poll();
      if (over(seen.state) || done(seen)) return seen;
      await pause(Math.min(seen.next_poll_ms, this.sale.pollMostMs));
    }
  }

  async leave() {
    const { status, bytes } = await this.#queue('DELETE', { headers: { 'queue-ticket': this.ticket } });
    assert.equal(status, 204, `leaving: ${bytes}`);
    this.toldLeft = this.places.at(-1);
    this.#count('left');
  }

  hold(admission, quantity = 1) {
    const { client, event } = this.sale;
    const headers = admission ? { 'admission-token': admission } : {};
    const body = { best_available: { quantity, adjacent: false } };
    return client.ask('POST', `/v1/events/${event}/holds`, { bearer: this.token, headers, body });
  }

  /** Nobody gets seats this way. */
  async mustBeRefused(admission, codes, what) {
    const { status, body, bytes } = await this.hold(admission);
    assert.ok(codes.includes(body?.code), `${what}: ${status} ${bytes}`);
    assert.equal(status, body.code === 'admission_expired' ? 410 : 425);
    this.#count(what);
  }

  /** Tries what there is to try without having been let in; theirs is not the token that they have stolen, even if it is their turn meanwhile. */
  async intrude() {
    await this.mustBeRefused(undefined, ['admission_required'], 'without a token');
    await this.mustBeRefused(this.ticket, ['admission_required'], 'with the ticket');
    await this.sale.milestone('somebody is let in');
    const { stolen } = this.sale;
    await this.mustBeRefused(stolen, ['admission_required'], "with another's token");
    const at = Math.floor(stolen.length * this.sale.random());
    const forged = stolen.slice(0, at) + (stolen[at] === 'A' ? 'B' : 'A') + stolen.slice(at + 1);
    await this.mustBeRefused(forged, ['admission_required'], 'with a forged token');
  }

  /** A hold, if there is still something to hold and the admission has not run out. */
  async choose() {
    for (let quantity = this.seats; ; ) {
      const { status, body, bytes } = await this.hold(this.admission, quantity);
      if (status === 201) return { id: body.hold_id, seats: body.seats.length };
      if (status === 409 && quantity > 1) {
        quantity = 1; // the last ones are single
        continue;
      }
      this.#count(body.code);
      // So many people in one process are late at times; nobody is told so a moment before it is true.
      if (body.code === 'admission_expired' && Date.now() >= this.admittedUntil) {
        this.late = true;
        return undefined;
      }
      assert.ok(['seat_unavailable', 'no_such_seats'].includes(body.code), `holding from place ${this.places.at(-1)}: ${bytes}`);
      return undefined;
    }
  }

  async buy({ id, seats }) {
    const { client, admin } = this.sale;
    const body = { payment: { method: 'cash', reference: `till ${this.number}` } };
    const { status, bytes } = await client.ask('POST', `/v1/holds/${id}/confirm`, { bearer: admin, body });
    assert.equal(status, 201, `paying: ${bytes}`);
    this.bought = id;
    this.sale.sold += seats;
    this.#count('orders');
  }

  /** What somebody does who was let in. */
  async shop() {
    this.#count('let in');
    this.sale.stolen = this.admission;
    this.sale.reach('somebody is let in');
    const holds = this.kind === 'twin' ? await Promise.all([this.choose(), this.choose()]) : [await this.choose()];
    const [hold, second] = holds.filter(Boolean);
    if (second) await this.release(second);
    if (!hold && this.late) return undefined;
    if (!hold) return this.leave();
    if (this.kind === 'ditherer') {
      await this.release(hold);
      await this.leave();
      return this.mustBeRefused(this.admission, ['admission_expired', 'admission_required'], 'after leaving');
    }
    return this.buy(hold);
  }

  async release({ id }) {
    const { client } = this.sale;
    await client.expect(204, 'DELETE', `/v1/holds/${id}`, { bearer: this.token });
  }

  /** From the door to wherever it ends. */
  async live() {
    await this.come();
    await (this.kind === 'twin' ? Promise.all([this.join(), this.join()]) : this.join());
    this.#count('joined');
    if (this.kind === 'silent') return;
    if (this.kind === 'intruder') await this.intrude();
    if (this.kind === 'returner') await this.sale.milestone('died twice');
    let looks = 0;
    const seen = await this.wait(({ state }) => state === 'admitted' || (this.kind === 'leaver' && ++looks > this.patience));
    if (over(seen.state)) {
      this.#count(seen.outcome ?? seen.state);
    } else if (this.kind === 'leaver') {
      await this.leave();
    } else {
      await this.shop();
    }
  }
}
