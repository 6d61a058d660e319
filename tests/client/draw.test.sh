#!/usr/bin/env bash
# Whoever has only what a real server publishes, and their own receipt, computes the draw of its waiting room anew: the verifier in JavaScript, and polls,
# agree about everybody's place.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
holdfast=${HOLDFAST_BIN:?}
needs_program "$holdfast"

timeout 60 node tests/client/draw.mjs "$holdfast" "$room"
