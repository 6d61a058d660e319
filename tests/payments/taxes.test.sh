#!/usr/bin/env bash
# An event whose tax comes on top of its prices: the journal's book and the gateway's agree on what was paid with it, and on what went back.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
holdfast=${HOLDFAST_BIN:?}
needs_program "$holdfast"
timeout 120 node tests/payments/taxes.test.mjs "$holdfast" "$room"
