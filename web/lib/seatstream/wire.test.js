import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import {
  applyDelta,
  decodeFrame,
  decodeLayout,
  decodeSeats,
  fromBase64,
  labelOf,
  positionOf,
  WireError,
} from './index.js';

const golden = (name) => readFileSync(new URL(`../../../tests/golden/wire/${name}`, import.meta.url));
const hex = (text) => Uint8Array.from(text.match(/../g), (byte) => Number.parseInt(byte, 16));

test('the golden seat status is read as what it was made of', () => {
  const seats = decodeSeats(golden('seats-v1.bin'));
  assert.equal(seats.seq, 4711);
  assert.equal(seats.layoutTag, '0123456789abcdef');
  assert.deepEqual([...seats.statuses], [0, 1, 2, 3, 0, 0, 1, 0, 2, 2]);
  assert.deepEqual(seats.areas, [3990, 0, 127]);
});

test('the golden layout is read as what it was made of', () => {
  const layout = decodeLayout(golden('layout-v1.bin'));
  assert.equal(layout.layoutTag, '0123456789abcdef');
  assert.equal(layout.seatCount, 17);
  assert.deepEqual(layout.tiers, ['stalls', 'balcony', 'standing']);
  assert.deepEqual(
    layout.rows.map(({ section, name, first, count, firstSeat }) => [section, name, first, count, firstSeat]),
    [
      ['A', '1', 1, 5, 0],
      ['A', '2', 11, 6, 5],
      ['Bälkon', '1', 101, 6, 11],
    ],
  );
  assert.deepEqual(layout.rows[0].attributes, { 2: ['accessible'], 3: ['companion'] });
  assert.deepEqual(layout.rows[1], {
    section: 'A', tier: 'stalls', name: '2', first: 11, count: 6, x: -2.5, y: 12, pitch: 1.25, angle: -0.5, firstSeat: 5,
    attributes: { 16: ['accessible', 'restricted_view'] },
  });
  assert.deepEqual(layout.areas, [{ name: 'floor', tier: 'standing', capacity: 4000 }]);
  assert.deepEqual(layout.focal, { x: 5, y: -1.5 });
  assert.equal(labelOf(layout, 0), 'A/1/1');
  assert.equal(labelOf(layout, 10), 'A/2/16');
  assert.equal(labelOf(layout, 11), 'Bälkon/1/101');
  const place = positionOf(layout, 12);
  assert.ok(Math.abs(place.x - 0) < 1e-9 && Math.abs(place.y - 21) < 1e-9, JSON.stringify(place));
});

test('the golden frames are read as what they were made of', () => {
  assert.deepEqual(decodeFrame(golden('hello-v1.bin')), {
    type: 'hello', seq: 4711, seats: 60000, areas: 3, layoutTag: '0123456789abcdef',
  });
  assert.deepEqual(decodeFrame(golden('delta-v1.bin')), {
    type: 'delta', seq: 4712, areas: [],
    seats: [{ seat: 0, status: 1 }, { seat: 1, status: 2 }, { seat: 59999, status: 3 }],
  });
  assert.deepEqual(decodeFrame(golden('delta-with-areas-v1.bin')), {
    type: 'delta', seq: 300, areas: [{ area: 0, available: 0 }, { area: 2, available: 1000000 }], seats: [{ seat: 7, status: 0 }],
  });
  assert.deepEqual(decodeFrame(golden('reset-v1.bin')), { type: 'reset', seq: 4711 });
});

test('a delta changes what it names, once', () => {
  const state = decodeSeats(golden('seats-v1.bin'));
  const delta = { type: 'delta', seq: 4712, seats: [{ seat: 9, status: 0 }], areas: [{ area: 1, available: 5 }] };
  assert.equal(applyDelta(state, delta), true);
  assert.equal(state.statuses[9], 0);
  assert.equal(state.areas[1], 5);
  assert.equal(state.seq, 4712);
  state.statuses[9] = 2;
  assert.equal(applyDelta(state, delta), false);
  assert.equal(state.statuses[9], 2);
});

test('a delta of another layout changes nothing', () => {
  const state = decodeSeats(golden('seats-v1.bin'));
  for (const delta of [
    { seq: 5000, seats: [{ seat: 0, status: 3 }, { seat: 10, status: 0 }], areas: [] },
    { seq: 5000, seats: [{ seat: 0, status: 3 }], areas: [{ area: 3, available: 1 }] },
  ]) {
    assert.throws(() => applyDelta(state, delta), WireError);
    assert.equal(state.statuses[0], 0);
    assert.equal(state.seq, 4711);
  }
});

test('every end that is too early and every byte that is too many is refused', () => {
  const readers = [
    [decodeSeats, golden('seats-v1.bin')],
    [decodeLayout, golden('layout-v1.bin')],
    [decodeFrame, golden('hello-v1.bin')],
    [decodeFrame, golden('reset-v1.bin')],
  ];
  for (const [decode, bytes] of readers) {
    for (let length = 0; length < bytes.length; ++length) {
      assert.throws(() => decode(bytes.subarray(0, length)), WireError, `${decode.name} of ${length} bytes`);
    }
    assert.throws(() => decode(Uint8Array.from([...bytes, 0])), WireError);
  }
});

test('what is malformed or unknown is refused', () => {
  const seats = golden('seats-v1.bin');
  const changed = (at, value) => Uint8Array.from(seats, (byte, i) => (i === at ? value : byte));
  for (const bytes of [changed(0, 0x49), changed(4, 2), changed(5, 1), changed(19, 0xff)]) {
    assert.throws(() => decodeSeats(bytes), WireError);
  }
  for (const text of ['04', 'ff', '0002', '01ffffffffffffffffffff7f', '0102ffffffffffffffffff01']) {
    assert.throws(() => decodeFrame(hex(text)), WireError, text);
  }
});

test('bytes that are random are read or refused, and nothing else', () => {
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647);
  for (let i = 0; i < 3000; ++i) {
    const bytes = Uint8Array.from({ length: random() % 60 }, () => random() % 256);
    if (i % 2 === 0 && bytes.length > 0) bytes[0] = random() % 4;
    try {
      decodeFrame(bytes);
    } catch (error) {
      assert.ok(error instanceof WireError, String(error));
    }
  }
});

test('a view into a larger buffer is read at its own place', () => {
  const bytes = golden('seats-v1.bin');
  const larger = new Uint8Array(bytes.length + 7);
  larger.set(bytes, 7);
  assert.deepEqual(decodeSeats(larger.subarray(7)), decodeSeats(bytes));
});

test('base64 becomes the bytes again', () => {
  assert.deepEqual([...fromBase64('A+ck')], [3, 0xe7, 0x24]);
});
