// Verifies the ticket codes of docs/tickets.md. No dependencies: WebCrypto does the signatures.

export const CODE_LETTERS = 135;
const CODE_BYTES = 84;
const PAYLOAD_BYTES = 20;
const VERSION = 1;
const PURPOSE = new TextEncoder().encode('holdfast ticket\n');

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));

/** Why a code does not admit: `reason` is malformed, wrong_version, unknown_key, forged, wrong_event or revoked. */
export class TicketError extends Error {
  constructor(reason, message) {
    super(message);
    this.name = 'TicketError';
    this.reason = reason;
  }
}

/** The bytes of base32 text; null for what has another spelling. */
function fromBase32(text) {
  const bytes = new Uint8Array(CODE_BYTES);
  let bits = 0;
  let count = 0;
  let at = 0;
  for (const letter of text) {
    const value = VALUES.get(letter);
    if (value === undefined) return null;
    bits = ((bits << 5) | value) & 0xfff;
    count += 5;
    if (count >= 8) {
      count -= 8;
      bytes[at++] = (bits >> count) & 0xff;
    }
  }
  return (bits & ((1 << count) - 1)) === 0 ? bytes : null;
}

/** 64 bits as the interface writes them in ids: 13 small digits. */
function digits(value) {
  let text = '';
  for (let shift = 60n; shift >= 0n; shift -= 5n) text += ALPHABET[Number((value >> shift) & 31n)].toLowerCase();
  return text;
}

/** What a code says, unverified: {key, eventId, ticketId, serial, signed, signature}. Throws a TicketError when it is no code. */
export function decodeTicketCode(code) {
  const bytes = typeof code === 'string' && code.length === CODE_LETTERS ? fromBase32(code) : null;
  if (!bytes) throw new TicketError('malformed', 'this is no ticket, or a damaged one');
  if (bytes[0] !== VERSION) throw new TicketError('wrong_version', 'this ticket has a format that this reader does not know');
  const view = new DataView(bytes.buffer);
  const event = digits(view.getBigUint64(2));
  const signed = new Uint8Array(PURPOSE.length + PAYLOAD_BYTES);
  signed.set(PURPOSE);
  signed.set(bytes.subarray(0, PAYLOAD_BYTES), PURPOSE.length);
  return {
    key: bytes[1],
    eventId: `evt_${event}`,
    ticketId: `tkt_${event}${digits(view.getBigUint64(10))}`,
    serial: view.getUint16(18),
    signed,
    signature: bytes.slice(PAYLOAD_BYTES),
  };
}

/** Verifies codes by the public keys of `GET /v1/tickets/keys`, which it keeps: nothing is fetched. */
export class TicketVerifier {
  #keys;
  #subtle;

  constructor(keys, subtle) {
    this.#keys = keys;
    this.#subtle = subtle;
  }

  /** From the JWK set as it was answered. `subtle` is WebCrypto's; another may be given. */
  static async from(jwks, subtle = globalThis.crypto.subtle) {
    const keys = new Map();
    for (const { kty, crv, kid, x } of jwks.keys) {
      if (kty !== 'OKP' || crv !== 'Ed25519') continue; // a kind of key that came later
      keys.set(Number(kid), await subtle.importKey('jwk', { kty, crv, x }, 'Ed25519', false, ['verify']));
    }
    return new TicketVerifier(keys, subtle);
  }

  /**
   * What a valid code says: {ticketId, eventId, serial, key}. Throws a TicketError otherwise.
   * `eventId` is the event at this door. `revoked` is a Map of ticket ids to the lowest serial that holds (Infinity: none does).
   * That a ticket has not been used yet is for the caller to keep.
   */
  async verify(code, { eventId, revoked } = {}) {
    const { signed, signature, ...says } = decodeTicketCode(code);
    const key = this.#keys.get(says.key);
    if (!key) throw new TicketError('unknown_key', 'this ticket was signed with a key that is not known here: fetch the keys again');
    if (!(await this.#subtle.verify('Ed25519', key, signature, signed))) {
      throw new TicketError('forged', 'this ticket was not issued here');
    }
    if (eventId !== undefined && says.eventId !== eventId) throw new TicketError('wrong_event', 'this ticket is for another event');
    if (says.serial < (revoked?.get(says.ticketId) ?? 0)) throw new TicketError('revoked', 'this ticket was issued anew to somebody else');
    return says;
  }
}
