// Clients from npm against a real server: see real_server.mjs for what it needs.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { EventSource } from 'eventsource';
import WebSocket from 'ws';

import { decodeFrame, fromBase64, labelOf, STATUS } from '../../web/lib/seatstream/index.js';
import {
  breakableProxy, digest, follow, mustAgree, openEvent, random, Sales, server, serverStatus, startServer, stopServer, tls, until,
} from './real_server.mjs';

const CHANGES = Number(process.env.HOLDFAST_CHANGES ?? 10_000);

before(startServer);
after(stopServer);

test(`the map of a client is the server's at every seq, after ${CHANGES} changes with disconnects and a restart`, async () => {
  const event = await openEvent();
  const clients = [follow(event, 'websocket'), follow(event, 'sse')];
  await until(() => clients.every(({ stream }) => stream.state === 'live')).catch((error) => {
    throw new AggregateError([error, ...clients.flatMap(({ errors }) => errors)]);
  });
  const sales = new Sales(event, clients[0].stream.layout);
  // What the server shows, whenever it is asked.
  const asked = [];
  const checkpoints = 10;
  for (let i = 0; i < checkpoints; ++i) {
    // Once at least for each, however fast the sales are.
    for (const { stream, breakLine } of clients) {
      await until(() => stream.state === 'live');
      breakLine();
    }
    let running = true;
    const breaking = (async () => {
      while (running) {
        await pause(30 + random(100));
        clients[random(clients.length)].breakLine();
        const status = await serverStatus(event);
        asked.push([status.seq, digest(status)]);
      }
    })();
    await sales.run(CHANGES / checkpoints);
    running = false;
    await breaking;
    for (const client of clients) await mustAgree(event, client, sales.seq);
    if (i === checkpoints / 2) {
      await server.stop();
      await server.start();
    }
  }
  assert.ok(sales.changes >= CHANGES);
  assert.ok(sales.allocated > 5, `${sales.allocated} allocations`);
  // In between, too: wherever both were asked at the same seq, they said the same.
  let compared = 0;
  for (const { shown, stream } of clients) {
    for (const [seq, said] of asked) {
      if (!shown.has(seq)) continue;
      assert.equal(shown.get(seq), said, `at seq ${seq}`);
      ++compared;
    }
    assert.ok(stream.connections > checkpoints, `${stream.connections} connections`);
  }
  // And against the JSON, by label.
  const answer = await (await fetch(`${server.base}/v1/events/${event}/seats?min_seq=${sales.seq}`)).json();
  const { stream } = clients[0];
  answer.seats.forEach(({ seat, status }, index) => {
    assert.equal(labelOf(stream.layout, index), seat);
    assert.equal(STATUS[stream.status.statuses[index]], status);
  });
  for (const client of clients) client.stream.stop();
  console.log(
    `${sales.changes} changes, ${asked.length} times asked, ${compared} compared; connections and resets:`,
    clients.map((each) => `${each.stream.connections}/${each.stream.resets}`).join(' '),
  );
});

test('a bare EventSource comes back by itself with what it got last, and misses nothing', async () => {
  const event = await openEvent();
  const status = await serverStatus(event);
  const connections = [];
  const proxy = await breakableProxy();
  const source = new EventSource(`${proxy.base}/v1/events/${event}/live?since=${status.seq}`, {
    fetch: (url, options) => {
      connections.push(options.headers['Last-Event-ID'] ?? null);
      return fetch(url, options);
    },
  });
  const frames = [];
  source.onmessage = (message) => {
    const frame = decodeFrame(fromBase64(message.data));
    assert.equal(message.lastEventId, String(frame.seq));
    frames.push(frame);
  };
  await until(() => frames.length > 0);
  const sales = new Sales(event, { seatCount: 0 });
  sales.labels = ['A/1/1', 'A/1/2', 'A/1/3', 'A/1/4', 'A/1/5', 'A/1/6'];
  sales.free = new Set(sales.labels);
  await sales.run(5);
  await until(() => frames.at(-1).seq >= sales.seq);
  proxy.breakAll();
  await sales.run(5);
  await until(() => frames.at(-1).seq >= sales.seq);
  source.close();
  proxy.close();
  assert.equal(connections.length, 2);
  assert.ok(Number(connections[1]) > 0);
  assert.deepEqual(frames.map(({ type }) => type).filter((type) => type !== 'delta'), ['hello', 'hello']);
  const deltas = frames.filter(({ type }) => type === 'delta');
  for (let i = 1; i < deltas.length; ++i) assert.ok(deltas[i].seq > deltas[i - 1].seq);
  for (const { seats, areas } of deltas) {
    for (const { seat, status: now } of seats) status.statuses[seat] = now;
    for (const { area, available } of areas) status.areas[area] = available;
  }
  const last = await serverStatus(event, sales.seq);
  assert.deepEqual(status.statuses, last.statuses);
  assert.deepEqual(status.areas, last.areas);
});

test('over TLS nobody watches who does not trust the certificate, or speaks no TLS', { skip: !tls && 'no certificate' }, async () => {
  const event = await openEvent();
  const path = `/v1/events/${event}/live`;
  const trusting = new WebSocket(`${server.base.replace('http', 'ws')}${path}`);
  const [data] = await once(trusting, 'message');
  assert.equal(decodeFrame(new Uint8Array(data)).type, 'hello');
  assert.match(trusting._socket.getProtocol(), /^TLSv1\.[23]$/);
  const wary = new WebSocket(`${server.base.replace('http', 'ws')}${path}`, { ca: [] });
  const [untrusted] = await once(wary, 'error');
  assert.match(untrusted.code, /UNABLE_TO|SELF_SIGNED|DEPTH_ZERO/);
  const plain = new WebSocket(`${server.base.replace('https', 'ws')}${path}`);
  await once(plain, 'error');
  // Those two did not disturb the first.
  const sales = new Sales(event, { seatCount: 0 });
  sales.labels = ['A/1/1', 'A/1/2'];
  sales.free = new Set(sales.labels);
  const change = once(trusting, 'message');
  await sales.run(1);
  assert.equal(decodeFrame(new Uint8Array((await change)[0])).type, 'delta');
  // It ends as both protocols want it.
  trusting.close(1000);
  const [code] = await once(trusting, 'close');
  assert.equal(code, 1000);
});

test('a bare ws client gets binary messages, an answer to its ping, and a reason at the end', async () => {
  const event = await openEvent();
  const socket = new WebSocket(`${server.base.replace('http', 'ws')}/v1/events/${event}/live`);
  const [data, isBinary] = await once(socket, 'message');
  assert.equal(isBinary, true);
  const hello = decodeFrame(new Uint8Array(data));
  assert.equal(hello.type, 'hello');
  assert.equal(hello.seats, 2000);
  assert.equal(socket.extensions, '');
  socket.ping('hello');
  const [pong] = await once(socket, 'pong');
  assert.equal(String(pong), 'hello');
  socket.send('a text');
  const [code] = await once(socket, 'close');
  assert.equal(code, 1003);
  // What the server never had is answered with a reset.
  const late = new WebSocket(`${server.base.replace('http', 'ws')}/v1/events/${event}/live?since=1`);
  const types = [];
  late.on('message', (bytes) => types.push(decodeFrame(new Uint8Array(bytes)).type));
  await until(() => types.length === 2);
  assert.deepEqual(types, ['hello', 'reset']);
  late.terminate();
  const refused = new WebSocket(`${server.base.replace('http', 'ws')}/v1/events/${event}/live`, { origin: 'https://evil.example' });
  const [error] = await once(refused, 'error');
  assert.match(error.message, /403/);
});
