#!/usr/bin/env bash
# The door's proofs of work, spoken by ALTCHA's official library: it solves what the door issues, and takes it for its own.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
peer=${HOLDFAST_BUILD:?}/altcha_peer
needs_program "$peer"
needs_npm altcha-lib
ALTCHA_PEER=$peer HOLDFAST_ROOM=$room timeout 150 node --test --test-timeout=120000 tests/http/altcha.test.mjs
