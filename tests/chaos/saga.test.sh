#!/usr/bin/env bash
# A server dies by SIGKILL before and after every step of a payment, beside a real gateway: each time money and seats agree, and the buyer gets
# the answer he was waiting for.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
program=${HOLDFAST_BUILD:?}/holdfast-failpoints
needs_program "$program"
timeout 300 node tests/chaos/saga.mjs "$program" "$room"
