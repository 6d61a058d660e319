export { SeatStream } from './client.js';
export {
  applyDelta,
  decodeFrame,
  decodeLayout,
  decodeSeats,
  FRAME,
  fromBase64,
  LAYOUT_TYPE,
  labelOf,
  positionOf,
  rowOf,
  SEATS_TYPE,
  STATUS,
  WireError,
} from './wire.js';
