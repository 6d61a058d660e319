// Plays an organiser, a till and buyers against a real server, and writes what was asked and answered as TypeScript.
// Usage: record.mjs PROGRAM DIRECTORY: takes an empty DIRECTORY, leaves openapi.json, recorded.ts and mistaken.ts there.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import { Recorder, startServer } from './server.mjs';
import { mistakenSource, recordedSource } from './write_types.mjs';

const [program, directory] = process.argv.slice(2);

const row = (name, y) => ({ name, count: 10, x: 0, y, attributes: { 3: ['accessible'], 4: ['accessible', 'companion'] } });
const layout = {
  sections: [{ name: 'A', tier: 'stalls', rows: [row('1', 10), row('2', 20.5)] }],
  areas: [{ name: 'floor', tier: 'standing', capacity: 40 }],
  focal: { x: 4.5, y: 0 },
};
const venue = { name: 'Opera', city: 'Graz', country: 'AT', timezone: 'Europe/Vienna', lat: 47.07, lon: 15.44, layout };
const evening = (venueId, name) => ({
  name,
  venue_id: venueId,
  starts_at: '2031-03-01T19:00:00.000Z',
  category: 'opera',
  currency: 'EUR',
  tiers: [
    { id: 'stalls', name: 'Stalls', price: 8900 },
    { id: 'standing', name: 'Standing', price: 2500 },
  ],
  max_per_order: 8,
});

async function playKeys(to) {
  const other = await to.ask('post', '/v1/organisations', { expect: 201, body: { name: 'Theatre' } });
  const organisation_id = other.body.organisation_id;
  await to.ask('post', '/v1/keys', { expect: 201, body: { name: 'its first key', scopes: ['admin'], organisation_id } });
  const key = await to.ask('post', '/v1/keys', { expect: 201, body: { name: 'a key', scopes: ['organise', 'sell'] } });
  await to.ask('delete', '/v1/keys/{key}', { expect: 204, parameters: { path: { key: key.body.key_id } } });
  const first = await to.ask('post', '/v1/sessions', { expect: 201, key: null });
  await to.ask('post', '/v1/sessions', { expect: 201, body: { subject: 'person-1', verified: true, bands: [1] } });
  const again = await to.ask('post', '/v1/sessions/refresh', { expect: 201, key: first.body.token });
  return again.body.token;
}

async function playEvents(to) {
  const made = await to.ask('post', '/v1/venues', { expect: 201, body: venue });
  const { venue_id } = made.body;
  await to.ask('patch', '/v1/venues/{venue}', { expect: 200, parameters: { path: { venue: venue_id } }, body: { city: 'Vienna' } });
  const create = async (name) => (await to.ask('post', '/v1/events', { expect: 201, body: evening(venue_id, name) })).body.event_id;
  const step = (event, what) => to.ask('post', `/v1/events/{event}/${what}`, { expect: 200, parameters: { path: { event } } });
  const event = await create('Tosca');
  const path = { event };
  await to.ask('patch', '/v1/events/{event}', { expect: 200, parameters: { path }, body: { description: 'In Italian.', slug: 'tosca' } });
  await to.ask('put', '/v1/events/{event}/layout', { expect: 200, parameters: { path }, body: { ...layout, focal: { x: 5, y: 1 } } });
  for (const what of ['publish', 'pause', 'resume']) await step(event, what);
  const closed = await create('Aida');
  for (const what of ['publish', 'close']) await step(closed, what);
  await step(await create('Otello'), 'cancel');
  return { venue: venue_id, event };
}

async function playSales(to, event, buyer) {
  const holds = '/v1/events/{event}/holds';
  const parameters = { path: { event } };
  const hold = async (body, key) => (await to.ask('post', holds, { expect: 201, parameters, body, key })).body.hold_id;
  const confirm = (id, body) => to.ask('post', '/v1/holds/{hold}/confirm', { expect: 201, parameters: { path: { hold: id } }, body });
  const bought = await hold({ seats: ['A/1/1', 'A/1/2'] }, buyer);
  await to.ask('post', '/v1/holds/{hold}/extend', { expect: 200, parameters: { path: { hold: bought } }, key: buyer });
  await to.ask('get', '/v1/holds/{hold}', { expect: 200, parameters: { path: { hold: bought } }, key: buyer });
  const people = { email: 'ada@example.org', attendees: ['Ada', 'Grace'] };
  const order = await confirm(bought, { payment: { method: 'cash', reference: 'till 3' }, ...people });
  await confirm(await hold({ seats: ['A/1/5'] }), { payment: { method: 'complimentary', reason: 'press' } });
  const released = await hold({ areas: [{ area: 'floor', quantity: 3 }] }, buyer);
  await to.ask('delete', '/v1/holds/{hold}', { expect: 204, parameters: { path: { hold: released } }, key: buyer });
  await to.ask('get', '/v1/events/{event}/resale', { expect: 200, parameters, key: null });
  const live = await hold({ best_available: { quantity: 2, tiers: ['stalls'] } });
  return { hold: live, order: order.body.order_id, ticket: order.body.tickets[0].ticket_id, bought, released };
}

/** A ticket goes from hand to hand, and through a door. */
async function playTickets(to, { ticket }, buyer) {
  const path = { ticket };
  const offer = await to.ask('post', '/v1/tickets/{ticket}/transfer', { expect: 201, parameters: { path }, body: { expires_in_s: 600 }, key: buyer });
  await to.ask('delete', '/v1/tickets/{ticket}/transfer', { expect: 200, parameters: { path }, key: buyer });
  // What a till sold for cash is not resold, for its price could not go back to a card.
  await to.ask('post', '/v1/tickets/{ticket}/offer', { expect: 409, parameters: { path }, body: { price: 100 }, key: buyer });
  await to.ask('delete', '/v1/tickets/{ticket}/offer', { expect: 204, parameters: { path }, key: buyer });
  await to.ask('post', '/v1/tickets/claim', { expect: 410, body: { token: offer.body.claim_token }, key: buyer });
  const next = await to.ask('post', '/v1/tickets/{ticket}/transfer', { expect: 201, parameters: { path }, key: buyer });
  const friend = await to.ask('post', '/v1/sessions', { expect: 201, key: null });
  const key = friend.body.token;
  const taken = await to.ask('post', '/v1/tickets/claim', { expect: 201, body: { token: next.body.claim_token }, key });
  const shown = await to.ask('get', '/v1/tickets/{ticket}', { expect: 200, parameters: { path, query: { min_seq: taken.seq } }, key });
  await to.ask('get', '/v1/tickets', { expect: 200, key });
  const scan = { code: shown.body.code, gate: 'north', nonce: 'recorded-scan' };
  await to.ask('post', '/v1/scans', { expect: 200, body: scan });
  await to.ask('post', '/v1/scans', { expect: 200, body: { code: 'nonsense', gate: 'north', nonce: 'recorded-nonsense' } });
  await to.ask('post', '/v1/scans/undo', { expect: 200, body: { ticket_id: ticket, nonce: scan.nonce } });
  const scans = [{ ...scan, nonce: 'recorded-later', at: '2026-01-01T00:00:00Z' }, { ...scan, nonce: 'recorded-latest' }];
  await to.ask('post', '/v1/scans/batch', { expect: 200, body: { scans } });
}

/** Presales, price rules, and what is set apart: each shown with something in it. */
async function playPlans(to, event) {
  const of = { path: { event } };
  const soon = '2035-01-01T00:00:00Z';
  const phases = [{ id: 'fans', name: 'Fans', opens_at: '2026-01-01T00:00:00Z', closes_at: soon, access_code: 'Rheingold' }];
  const price_rules = [
    { id: 'late', tier: 'stalls', at: soon, change_percent: 10, floor: 100, cap: 20000 },
    { id: 'full', tier: 'stalls', sold_percent: 90, price: 9900 },
  ];
  await to.ask('patch', '/v1/events/{event}', { expect: 200, parameters: of, body: { sale: { phases }, price_rules } });
  const allocations = '/v1/events/{event}/allocations';
  const house = { name: 'House', kind: 'house', reason: 'guests', seats: ['A/2/1', 'A/2/2'], areas: [{ area: 'floor', quantity: 2 }] };
  const made = await to.ask('post', allocations, { expect: 201, parameters: of, body: house });
  const presale = { name: 'Fans', kind: 'presale', reason: 'members', seats: ['A/2/5'], access_code: 'Rheingold' };
  const second = await to.ask('post', allocations, { expect: 201, parameters: of, body: presale });
  const one = (id) => ({ path: { event, allocation: id } });
  const change = { add_seats: ['A/2/3'], remove_seats: ['A/2/1'] };
  await to.ask('patch', `${allocations}/{allocation}`, { expect: 200, parameters: one(made.body.allocation_id), body: change });
  const moved = { add_seats: ['A/2/2'], areas: [{ area: 'floor', quantity: 1 }], from: made.body.allocation_id };
  await to.ask('patch', `${allocations}/{allocation}`, { expect: 200, parameters: one(second.body.allocation_id), body: moved });
  await to.ask('delete', `${allocations}/{allocation}`, { expect: 204, parameters: one(second.body.allocation_id) });
}

/** Somebody waits for seats at a price, and then no more. */
async function playWaitlist(to, event, key) {
  const parameters = { path: { event } };
  const waitlist = '/v1/events/{event}/waitlist';
  await to.ask('patch', '/v1/events/{event}', { expect: 200, parameters, body: { waitlist: { offer_seconds: 1800 } } });
  const choices = [
    { seats: [2, 1], tiers: ['stalls'], accessible: 1, max_each: 100 },
    { areas: [{ area: 'floor', quantity: 1 }], max_each: 100 },
  ];
  const made = await to.ask('post', waitlist, { expect: 201, parameters, body: { choices, email: 'ada@example.org' }, key });
  await to.ask('get', waitlist, { expect: 200, parameters: { ...parameters, query: { min_seq: made.seq } }, key });
  await to.ask('post', waitlist, { expect: 409, parameters, body: { choices }, key });
  await to.ask('delete', waitlist, { expect: 204, parameters, key });
}

/** A pre-queue is drawn; one buyer comes in and holds, one leaves, one is put to the end. The room stays as it then is. */
async function playQueue(to, event) {
  const queue = '/v1/events/{event}/queue';
  const of = { path: { event } };
  const change = (body, header) => to.ask('patch', queue, { expect: 200, parameters: { ...of, ...(header && { header }) }, body });
  const bands = [{ name: 'general', percent: 80 }, { name: 'members', percent: 20 }];
  const before = await to.ask('get', `${queue}/status`, { expect: 200, parameters: of });
  await change({ bands, capacity_per_s: 2.5, max_active: 1, public_round: 'drand 1000' }, { 'If-Match': String(before.body.version) });
  await change({ mode: 'pre_queue' });
  const join = async () => {
    const key = (await to.ask('post', '/v1/sessions', { expect: 201, key: null })).body.token;
    await to.ask('get', `${queue}/challenge`, { expect: 200, parameters: of, key });
    const place = await to.ask('post', queue, { expect: 201, parameters: of, body: {}, key });
    return { key, parameters: { ...of, header: { 'Queue-Ticket': place.body.ticket } }, place: place.body.place };
  };
  const people = [await join(), await join(), await join()];
  await to.ask('get', queue, { expect: 200, parameters: people[0].parameters, key: people[0].key });
  await change({ close_pre_queue: true });
  await change({ draw: { round_value: '2f7a' }, reason: 'the round is out' });
  const poll = (one) => to.ask('get', queue, { expect: 200, parameters: one.parameters, key: one.key });
  let first;
  while (!first) {
    for (const one of people) first = first ?? ((await poll(one)).body.admission_token ? one : undefined);
    await pause(20);
  }
  const { body } = await poll(first);
  const header = { 'Admission-Token': body.admission_token };
  const held = await to.ask('post', '/v1/events/{event}/holds', { expect: 201, parameters: { ...of, header }, body: { seats: ['A/2/9'] }, key: first.key });
  await to.ask('delete', '/v1/holds/{hold}', { expect: 204, parameters: { path: { hold: held.body.hold_id } }, key: first.key });
  const [second, third] = people.filter((one) => one !== first);
  await to.ask('post', '/v1/events/{event}/holds', { expect: 425, parameters: of, body: { seats: ['A/2/10'] }, key: second.key });
  await to.ask('post', `${queue}/demotions`, { expect: 200, parameters: of, body: { place: second.place, reason: 'twelve tabs' } });
  await poll(second);
  await to.ask('delete', queue, { expect: 204, parameters: third.parameters, key: third.key });
  await to.ask('get', queue, { expect: 400, parameters: of, key: first.key });
}

/** Nobody listens there: its deliveries stay pending. */
async function makeWebhook(to) {
  return (await to.ask('post', '/v1/webhooks', { expect: 201, body: { url: 'http://127.0.0.1:9/', types: ['order.confirmed'] } })).body.webhook_id;
}

async function endWebhook(to, webhook) {
  const parameters = { path: { webhook } };
  await to.ask('post', '/v1/webhooks/{webhook}/redeliver', { expect: 202, parameters: { ...parameters, query: { from_seq: 1 } } });
  await to.ask('delete', '/v1/webhooks/{webhook}', { expect: 204, parameters });
}

/** Refusals of all kinds: their requests are wrong on purpose, their answers must be as described. */
async function playRefusals(to, ids, buyer) {
  const event = { path: { event: ids.event } };
  await to.ask('get', '/v1/events', { expect: 401, key: null });
  await to.ask('get', '/v1/events', { expect: 403, key: buyer });
  await to.ask('get', '/v1/events/{event}', { expect: 404, parameters: { path: { event: 'no-such-event' } } });
  await to.ask('get', '/v1/events/{event}', { expect: 400, parameters: { ...event, query: { min_seq: 'x' } } });
  await to.ask('post', '/v1/events/{event}/holds', { expect: 409, parameters: event, body: { seats: ['A/1/1', 'A/1/3'] } });
  await to.ask('post', '/v1/events/{event}/holds', { expect: 422, parameters: event, body: { seats: ['Z/1/1'] } });
  await to.ask('post', '/v1/events', { expect: 422, body: { name: 7 } });
  await to.ask('post', '/v1/holds/{hold}/confirm', { expect: 410, parameters: { path: { hold: ids.released } }, body: { payment: { method: 'cash' } } });
  const changed = { ...event, header: { 'If-Match': '7777' } };
  await to.ask('patch', '/v1/events/{event}', { expect: 412, parameters: changed, body: { name: 'Aida' } });
}

async function playReads(to, ids) {
  const page = await to.ask('get', '/v1/events/{event}', { expect: 200, parameters: { path: { event: ids.event }, query: { min_seq: ids.seq } } });
  const kept = { path: { event: ids.event }, header: { 'If-None-Match': page.etag } };
  await to.ask('get', '/v1/events/{event}', { expect: 304, parameters: kept });
  const values = { ...ids, hash: page.body.layout_hash, key: ids.key, code: 'not_found', projection: 'bookings' };
  const queries = {
    '/v1/search': [{ q: 'tosca', facets: 'category,city,month,price,availability,status' }, { near: '47.07,15.44', radius_km: 5, limit: 3 }],
    '/v1/suggest': [{ q: 'tos' }],
    '/v1/events/{event}/seats': [{}, { section: 'A' }, { at_seq: 3 }],
    '/v1/events/{event}/report': [{}, { at_seq: 3 }],
    '/v1/events/{event}/journal': [{}, { from_seq: 2, limit: 2 }, { stream: 'queue' }],
    '/v1/events/{event}/queue/draw/leaves': [{}, { from: 1, limit: 1 }],
  };
  const refused = { '/v1/orders/{order}/by-link': 401, '/v1/events/{event}/queue': 403, '/v1/events/{event}/waitlist': 403, '/v1/events/{event}/queue/challenge': 403 };
  await to.askEveryGet(values, queries, { '/v1/events/{event}/layout': 302, ...refused });
}

async function record(server) {
  const description = await (await fetch(`${server.base}/openapi.json`)).json();
  writeFileSync(`${directory}/openapi.json`, JSON.stringify(description));
  const to = new Recorder(server, description);
  const buyer = await playKeys(to);
  const made = await playEvents(to);
  const webhook = await makeWebhook(to);
  const ids = { ...made, webhook, ...(await playSales(to, made.event, buyer)) };
  await playPlans(to, made.event);
  await playTickets(to, ids, buyer);
  await playWaitlist(to, made.event, buyer);
  await playQueue(to, made.event);
  ids.seq = (await to.ask('post', '/v1/events/{event}/pause', { expect: 200, parameters: { path: { event: ids.event } } })).seq;
  await playReads(to, ids);
  await playRefusals(to, ids, buyer);
  await to.ask('delete', '/v1/orders/{order}/personal-data', { expect: 204, parameters: { path: { order: ids.order } } });
  await endWebhook(to, ids.webhook);
  await to.ask('delete', '/v1/buyers/{buyer}/personal-data', { expect: 204, parameters: { path: { buyer: 'me' } }, key: buyer });
  await to.ask('post', '/v1/admin/backup', { expect: 201 });
  await to.ask('post', '/v1/admin/mail/retry', { expect: 202 });
  await to.ask('post', '/v1/admin/mail/{mail}/retry', { expect: 202, parameters: { path: { mail: `${ids.order}.1` } } });
  await to.ask('post', '/v1/admin/projections/{projection}/rebuild', { expect: 202, parameters: { path: { projection: 'bookings' } } });
  return to;
}

const resolved = (description, part) => (part?.$ref ? part.$ref.slice(2).split('/').reduce((at, name) => at[name], description) : part);

/** How much the description leaves open about an answer: everything (a document that is described elsewhere), or whether it has members. */
function opennessOf(description, { path, method, status, type }) {
  const answer = resolved(description, description.paths[path][method].responses[status]);
  const schema = resolved(description, answer?.content?.[type]?.schema);
  const anything = schema?.additionalProperties === true && schema.properties === undefined;
  return { anything, nothing: schema?.type === 'object' && schema.required === undefined };
}

/** Streams, what has no body to describe, what needs a payment provider, and what a mail brings. */
const neverAsked = [
  'post /v1/orders/{order}/refunds',
  'post /v1/orders/{order}/review',
  'get /v1/orders/{order}/by-link',
  'post /v1/tickets/{ticket}/offer',
  'post /v1/payments/webhook',
];

const server = await startServer(program, directory);
const to = await record(server).finally(() => server.stop());
const missing = Object.entries(to.description.paths)
  .flatMap(([path, item]) => Object.keys(item).filter((verb) => verb !== 'parameters').map((verb) => `${verb} ${path}`))
  .filter((each) => !to.exchanges.some(({ method, path, refused }) => !refused && `${method} ${path}` === each));
const mistaken = mistakenSource(to.exchanges, (exchange) => opennessOf(to.description, exchange));
assert.deepEqual(missing, neverAsked, 'every route is asked, and answers as described');
assert.ok(mistaken.count > to.exchanges.length, 'there are fewer mistakes than answers');
writeFileSync(`${directory}/recorded.ts`, recordedSource(to.exchanges));
writeFileSync(`${directory}/mistaken.ts`, mistaken.source);
console.log(`${to.exchanges.length} exchanges, ${mistaken.count} mistakes; not asked: ${missing.join(', ') || 'nothing'}`);
