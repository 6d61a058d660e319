#!/usr/bin/env bash
# Webhooks to organisers: a real server, and receivers that fail on purpose.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
holdfast=${HOLDFAST_BIN:?}
needs_program "$holdfast"
needs_npm standardwebhooks
HOLDFAST_BIN=$holdfast HOLDFAST_ROOM=$room timeout 300 node --test --test-timeout=120000 tests/notifications/webhooks.test.mjs
