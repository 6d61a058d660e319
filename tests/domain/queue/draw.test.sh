#!/usr/bin/env bash
# The verifier of draws in JavaScript computes what the server's own test of the draw expects.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
node --test web/lib/draw/
