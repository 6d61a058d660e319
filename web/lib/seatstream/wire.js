// Reads the binary forms of docs/wire-formats.md. No dependencies, no state; everything that is malformed throws a WireError.

/** What a seat can be, by its two bits. */
export const STATUS = Object.freeze(['available', 'held', 'sold', 'blocked']);

export const FRAME = Object.freeze({ HELLO: 0, DELTA: 1, DELTA_WITH_AREAS: 2, RESET: 3 });

export const SEATS_TYPE = 'application/vnd.holdfast.seats';
export const LAYOUT_TYPE = 'application/vnd.holdfast.layout';

const ATTRIBUTES = [
  [1, 'accessible'],
  [2, 'companion'],
  [4, 'restricted_view'],
];

export class WireError extends Error {
  constructor(message) {
    super(message);
    this.name = 'WireError';
  }
}

/** Takes numbers and text off the front of bytes. */
class Reader {
  constructor(bytes) {
    this.bytes = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    this.at = 0;
  }

  take(count) {
    if (this.at + count > this.bytes.length) throw new WireError('the bytes end too early');
    this.at += count;
    return this.at - count;
  }

  get left() {
    return this.bytes.length - this.at;
  }

  u8() {
    return this.bytes[this.take(1)];
  }

  u16() {
    return this.view.getUint16(this.take(2), true);
  }

  u32() {
    return this.view.getUint32(this.take(4), true);
  }

  u64() {
    return safe(Number(this.view.getBigUint64(this.take(8), true)));
  }

  leb128() {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return safe(value);
      scale *= 128;
      if (scale > Number.MAX_SAFE_INTEGER) throw new WireError('a number is too large');
    }
  }

  zigzag() {
    const value = this.leb128();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  text() {
    const length = this.leb128();
    const start = this.take(length);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.bytes.subarray(start, start + length));
    } catch {
      throw new WireError('a text is not UTF-8');
    }
  }

  /** A count, and as many of what `read` reads; each takes a byte at least. */
  list(read) {
    const length = this.leb128();
    if (length > this.left) throw new WireError('the bytes end too early');
    return Array.from({ length }, read);
  }

  /** 8 bytes as 16 hexadecimal digits. */
  tag() {
    const start = this.take(8);
    return Array.from(this.bytes.subarray(start, start + 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  magic(text, version) {
    for (const letter of text) {
      if (this.u8() !== letter.charCodeAt(0)) throw new WireError(`this is no ${text}`);
    }
    const found = this.u8();
    if (found !== version) throw new WireError(`version ${found} of ${text} is not known here`);
  }

  end() {
    if (this.left > 0) throw new WireError('bytes are left over');
  }
}

function safe(value) {
  if (value > Number.MAX_SAFE_INTEGER) throw new WireError('a number is too large');
  return value;
}

/**
 * The status of every seat.
 * @returns {{seq: number, layoutTag: string, statuses: Uint8Array, areas: number[]}} a status a seat, what is available a standing area
 */
export function decodeSeats(bytes) {
  const from = new Reader(bytes);
  from.magic('HFSS', 1);
  if (from.u8() !== 0) throw new WireError('a reserved byte is not 0');
  const areaCount = from.u16();
  const seatCount = from.u32();
  const seq = from.u64();
  const layoutTag = from.tag();
  const packed = from.take(Math.ceil(seatCount / 4));
  const statuses = new Uint8Array(seatCount);
  for (let seat = 0; seat < statuses.length; ++seat) {
    statuses[seat] = (from.bytes[packed + (seat >> 2)] >> ((seat & 3) * 2)) & 3;
  }
  const areas = Array.from({ length: areaCount }, () => from.leb128());
  from.end();
  return { seq, layoutTag, statuses, areas };
}

/**
 * A layout. `rows` lists all rows of all sections in the order of the seats; a row has the index of its first seat.
 * Coordinates are in the layout's unit, angles in degrees.
 */
export function decodeLayout(bytes) {
  const from = new Reader(bytes);
  from.magic('HFLY', 1);
  const hasFocal = (from.u8() & 1) !== 0;
  const layoutTag = from.tag();
  const seatCount = from.leb128();
  const tiers = from.list(() => from.text());
  const rows = [];
  const before = { x: 0, y: 0, pitch: 0, angle: 0, seats: 0 };
  const sections = from.list(() => {
    const section = { name: from.text(), tier: tierAt(tiers, from.leb128()), rows: [] };
    const count = from.leb128();
    for (let i = 0; i < count; ++i) section.rows.push(decodeRow(from, section, before));
    rows.push(...section.rows);
    return section;
  });
  const areas = from.list(() => ({
    name: from.text(),
    tier: tierAt(tiers, from.leb128()),
    capacity: from.leb128(),
  }));
  const focal = hasFocal ? { x: from.zigzag() / 100, y: from.zigzag() / 100 } : null;
  from.end();
  if (before.seats !== seatCount) throw new WireError('the rows do not have as many seats as the layout says');
  return { layoutTag, seatCount, tiers, sections, rows, areas, focal };
}

function tierAt(tiers, index) {
  if (index >= tiers.length) throw new WireError('a tier is not in the list');
  return tiers[index];
}

function decodeRow(from, section, before) {
  const name = from.text();
  const first = from.leb128();
  const count = from.leb128();
  before.x += from.zigzag();
  before.y += from.zigzag();
  before.pitch += from.zigzag();
  before.angle += from.zigzag();
  const attributes = {};
  const listed = from.leb128();
  for (let i = 0, number = first - 1; i < listed; ++i) {
    number += from.zigzag() + 1;
    const bits = from.u8();
    attributes[number] = ATTRIBUTES.filter(([bit]) => (bits & bit) !== 0).map(([, text]) => text);
  }
  const row = {
    section: section.name,
    tier: section.tier,
    name,
    first,
    count,
    x: before.x / 100,
    y: before.y / 100,
    pitch: before.pitch / 100,
    angle: before.angle / 100,
    firstSeat: before.seats,
    attributes,
  };
  before.seats += count;
  return row;
}

/** The row that has the seat. */
export function rowOf(layout, seat) {
  let low = 0;
  let high = layout.rows.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (layout.rows[middle].firstSeat <= seat) low = middle;
    else high = middle - 1;
  }
  return layout.rows[low];
}

/** `section/row/number`, by which the API knows the seat. */
export function labelOf(layout, seat) {
  const row = rowOf(layout, seat);
  return `${row.section}/${row.name}/${row.first + seat - row.firstSeat}`;
}

/** Where the seat is, in the layout's unit. */
export function positionOf(layout, seat) {
  const row = rowOf(layout, seat);
  const way = (seat - row.firstSeat) * row.pitch;
  const angle = (row.angle * Math.PI) / 180;
  return { x: row.x + way * Math.cos(angle), y: row.y + way * Math.sin(angle) };
}

/**
 * One frame of the live seat map:
 * `{type: 'hello', seq, seats, areas, layoutTag}`, `{type: 'delta', seq, seats: [{seat, status}], areas: [{area, available}]}` or
 * `{type: 'reset', seq}`.
 */
export function decodeFrame(bytes) {
  const from = new Reader(bytes);
  const type = from.u8();
  switch (type) {
    case FRAME.HELLO: {
      const version = from.u8();
      if (version !== 1) throw new WireError(`version ${version} of the frames is not known here`);
      const hello = { type: 'hello', seq: from.leb128(), seats: from.leb128(), areas: from.leb128(), layoutTag: from.tag() };
      from.end();
      return hello;
    }
    case FRAME.DELTA:
    case FRAME.DELTA_WITH_AREAS: {
      const seq = from.leb128();
      const areas = type === FRAME.DELTA ? [] : decodeAreas(from);
      const seats = [];
      for (let next = 0; from.left > 0; ) {
        const value = from.leb128();
        const seat = next + Math.floor(value / 4);
        seats.push({ seat, status: value % 4 });
        next = seat + 1;
      }
      return { type: 'delta', seq, seats, areas };
    }
    case FRAME.RESET: {
      const reset = { type: 'reset', seq: from.leb128() };
      from.end();
      return reset;
    }
    default:
      throw new WireError(`a frame of type ${type} is not known here`);
  }
}

function decodeAreas(from) {
  let next = 0;
  return from.list(() => {
    const area = next + from.leb128();
    next = area + 1;
    return { area, available: from.leb128() };
  });
}

/**
 * Changes `state` (as from decodeSeats) by a delta that is newer than it. An older one changes nothing.
 * @returns {boolean} whether it was newer
 */
export function applyDelta(state, delta) {
  if (delta.seq <= state.seq) return false;
  for (const { seat } of delta.seats) {
    if (seat >= state.statuses.length) throw new WireError('a delta has a seat that the layout does not have');
  }
  for (const { area } of delta.areas) {
    if (area >= state.areas.length) throw new WireError('a delta has an area that the layout does not have');
  }
  for (const { seat, status } of delta.seats) state.statuses[seat] = status;
  for (const { area, available } of delta.areas) state.areas[area] = available;
  state.seq = delta.seq;
  return true;
}

/** The bytes of a server-sent event's data. */
export function fromBase64(text) {
  const binary = atob(text);
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
