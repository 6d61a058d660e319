// What a waiting room's journal has to show, whatever was killed: its order, its limits, and that what was told is in it.

import assert from 'node:assert/strict';

/** Times of two streams may be so far apart; docs/waiting-room.md, Audit. */
const slackMs = 2_000;
const millis = (text) => Date.parse(text);

/** Every fact of a stream of an event, from the server. */
export async function readFacts(client, admin, event, stream) {
  const facts = [];
  for (let cursor = ''; cursor !== null; ) {
    const query = [stream && `stream=${stream}`, 'limit=200', cursor && `cursor=${cursor}`].filter(Boolean).join('&');
    const page = await client.expect(200, 'GET', `/v1/events/${event}/journal?${query}`, { bearer: admin });
    facts.push(...page.items);
    cursor = page.next_cursor;
  }
  facts.forEach(({ seq }, at) => assert.equal(seq, at + 1, 'seqs are dense'));
  return facts;
}

/** One room, folded: who stood where, who was inside when. */
export class RoomFacts {
  constructor(facts, bandOf) {
    this.bandOf = bandOf; // of a place
    this.mode = 'off';
    this.given = 0;
    this.rules = null;
    this.lots = new Map(); // rank of those who were drawn
    this.admitted = []; // in their order
    this.inside = new Map(); // since when
    this.stays = new Map(); // by place: {from, to}
    this.ended = new Map(); // by place: how
    this.activeMost = 0;
    this.counts = new Map(); // of facts by type
    this.admissions = []; // {at, people, milliPerS, batch}: the rate is the one until then
    this.pace = 1_000; // thousandths of the rate
    this.paces = []; // {at, pace}
    this.wentSilent = new Map(); // by place: how often
    facts.forEach((fact) => this.#take(fact));
  }

  /** `order` is what the draw gives: indices of entrants from place `first` on. */
  setDraw(first, order) {
    this.entrants = { first, end: first + order.length };
    order.forEach((index, rank) => this.lots.set(first + index, rank));
  }

  /** Where a place stands in its line: the drawn ones by their lots, before all that came later in the order of the journal. */
  rank(place) {
    return this.lots.get(place) ?? this.lots.size + place;
  }

  #end(places, how, at) {
    for (const place of places) {
      assert.ok(!this.ended.has(place), `place ${place} ends as ${how}, and was ${this.ended.get(place)} already`);
      this.ended.set(place, how);
      if (this.inside.delete(place)) this.stays.get(place).to = at;
    }
  }

  #admit(places, at) {
    assert.equal(this.mode, 'on', 'people are let in while the room is on');
    for (const place of places) {
      assert.ok(place <= this.given && !this.ended.has(place) && !this.inside.has(place), `place ${place} is let in`);
      this.admitted.push(place);
      this.inside.set(place, at);
      this.stays.set(place, { from: at, to: Infinity });
    }
    this.activeMost = Math.max(this.activeMost, this.inside.size);
    if (this.rules.max_active !== undefined) assert.ok(this.inside.size <= this.rules.max_active, `${this.inside.size} are active`);
    this.#fill(at, places.length);
  }

  #fill(at, people) {
    if (!this.rules) return;
    const { rate_milli_per_s: rate, batch } = this.rules;
    this.admissions.push({ at, people, milliPerS: Math.floor((rate * this.pace) / 1_000), batch });
  }

  #take({ type, time, data }) {
    const at = millis(time);
    this.counts.set(type, (this.counts.get(type) ?? 0) + 1);
    if (type === 'queue_settings_changed') {
      this.#fill(at, 0);
      this.rules = data.settings;
    } else if (type === 'queue_pace_adjusted') {
      this.#fill(at, 0);
      this.pace = data.permille;
      this.paces.push({ at, pace: this.pace });
    } else if (type === 'queue_fell_silent') {
      for (const place of data.places) this.wentSilent.set(place, (this.wentSilent.get(place) ?? 0) + 1);
    } else if (type === 'pre_queue_opened') [this.mode, this.opened] = ['pre_queue', { first: this.given + 1, ...data }];
    else if (type === 'pre_queue_closed') this.closed = data;
    else if (type === 'lots_drawn') [this.mode, this.drawn] = ['on', data];
    else if (type === 'queue_mode_changed') this.mode = data.to;
    else if (type === 'queue_joined') {
      assert.equal(data.first, this.given + 1, 'places are given one after the other');
      this.given += data.people;
    } else if (type === 'queue_admitted') this.#admit(data.places, at);
    else if (type === 'queue_left') this.#end(data.places, 'left', at);
    else if (type === 'queue_expired') this.#end(data.places, data.as, at);
    else if (type === 'queue_finished') {
      this.#end(data.bought, 'bought', at);
      this.#end(data.gave_up, 'gave_up', at);
    } else if (type === 'queue_demoted') {
      this.#end([data.place], 'demoted', at);
      assert.equal(data.now, ++this.given);
    }
  }

  /** Within a band nobody was let in before somebody ahead of them: who is ahead and not let in before had ended. */
  checkOrder() {
    const last = new Map();
    for (const place of this.admitted) {
      const band = this.bandOf(place);
      assert.ok(this.rank(place) > (last.get(band) ?? -1), `place ${place} of band ${band} is let in behind its turn`);
      last.set(band, this.rank(place));
    }
  }

  /** A bucket of a batch that the rate fills always had as many people as were let in: so in no time are more than rate · time + batch. */
  checkRate() {
    let [level, before] = [Infinity, 0];
    for (const { at, people, milliPerS, batch } of this.admissions) {
      level = Math.min(batch, level + ((at - before) * milliPerS) / 1e6);
      assert.ok(people <= level + 1e-6, `${people} are let in where ${level} may be`);
      level -= people;
      before = at;
    }
  }

  /** How often places ended in each way. */
  endings() {
    const counts = new Map();
    for (const how of this.ended.values()) counts.set(how, (counts.get(how) ?? 0) + 1);
    return counts;
  }

  /** How many were let in during the fullest ten seconds. */
  fullestTenSeconds() {
    let [most, sum, first] = [0, 0, 0];
    for (const { at, people } of this.admissions) {
      sum += people;
      while (this.admissions[first].at <= at - 10_000) sum -= this.admissions[first++].people;
      most = Math.max(most, sum);
    }
    return most;
  }

  /** Every hold of a buyer was made while one of his places was inside. */
  checkHolds(facts, placesOf) {
    let holds = 0;
    for (const { type, time, data } of facts) {
      if (type !== 'hold_created') continue;
      const at = millis(time);
      const places = placesOf.get(data.owner) ?? [];
      const entitled = places.some((place) => {
        const stay = this.stays.get(place);
        return stay && stay.from <= at + slackMs && at <= stay.to + slackMs;
      });
      assert.ok(entitled, `a hold at ${time} of ${data.owner}, who was not inside`);
      ++holds;
    }
    return holds;
  }
}
