#!/usr/bin/env bash
# Stripe's official client from npm against the gateway simulator, or against Stripe's test mode when HOLDFAST_STRIPE_KEY_FILE names the file of a key.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
holdfast=${HOLDFAST_BIN:?}
needs_program "$holdfast"
needs_npm stripe
HOLDFAST_BIN=$holdfast HOLDFAST_ROOM=$room/gateway timeout 150 node --test --test-timeout=120000 tests/payments/sdk.test.mjs
