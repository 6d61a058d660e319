#!/usr/bin/env bash
# Every way in which a gateway fails, one after the other, with a real server and a real gateway: what the buyer is told, what he has, and that the
# books agree.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
holdfast=${HOLDFAST_BIN:?}
needs_program "$holdfast"
timeout 300 node tests/payments/faults.test.mjs "$holdfast" "$room"
