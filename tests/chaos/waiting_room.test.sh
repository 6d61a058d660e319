#!/usr/bin/env bash
# An on-sale through the waiting room while the server is killed: nobody buys unadmitted, the order is kept, the limits hold, every seat is sold
# or free. HOLDFAST_PEOPLE, HOLDFAST_SEATS, HOLDFAST_KILLS and HOLDFAST_SEED ask for more, and for the same again: the large one is 100000
# people, 5000 seats and 12 kills.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
holdfast=${HOLDFAST_BIN:?}
needs_program "$holdfast"
seed=${HOLDFAST_SEED:-$RANDOM}
people=${HOLDFAST_PEOPLE:-1500}
timeout $((150 + people / 20)) node tests/chaos/waiting_room.mjs "$holdfast" "$room" "$people" "${HOLDFAST_SEATS:-120}" "${HOLDFAST_KILLS:-4}" "$seed" ||
  { echo "HOLDFAST_SEED=$seed repeats it"; exit 1; }
