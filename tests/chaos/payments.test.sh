#!/usr/bin/env bash
# Payments by card while server and gateway fail and are killed: money and seats agree at rest. HOLDFAST_CYCLES and HOLDFAST_SEED ask for more,
# and for the same again.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
holdfast=${HOLDFAST_BIN:?}
needs_program "$holdfast"
seed=${HOLDFAST_SEED:-$RANDOM}
timeout 550 node tests/chaos/payments.mjs "$holdfast" "$room" "${HOLDFAST_CYCLES:-100}" "$seed" || { echo "HOLDFAST_SEED=$seed repeats it"; exit 1; }
