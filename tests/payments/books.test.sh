#!/usr/bin/env bash
# The journal's book and the gateway's, of a real server and a real gateway: what is planted in one is found, and set right where it can be.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
holdfast=${HOLDFAST_BIN:?}
needs_program "$holdfast"
timeout 300 node tests/payments/books.test.mjs "$holdfast" "$room"
