#!/usr/bin/env bash
# Mail to buyers: a real server, and a mail server from npm that fails on purpose.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
holdfast=${HOLDFAST_BIN:?}
needs_program "$holdfast"
needs_npm smtp-server
HOLDFAST_BIN=$holdfast HOLDFAST_ROOM=$room timeout 300 node --test --test-timeout=120000 tests/notifications/mail.test.mjs
