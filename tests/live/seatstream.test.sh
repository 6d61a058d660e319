#!/usr/bin/env bash
# The JavaScript reader of live seat maps, by itself and against a real server with the npm clients `ws` and `eventsource`: what it shows is
# what the server shows at the same seq, after 10,000 changes with disconnects and a restart.
set -euo pipefail
root=${HOLDFAST_ROOT:?}
holdfast=${HOLDFAST_BIN:?}
. "$root/tools/environment.sh"
node_is_new_enough || { echo "skipped: Node 20.19 or newer is not on PATH"; exit 77; }
cd "$root"
node --test web/lib/seatstream/
[ -x "$holdfast" ] || { echo "skipped: $holdfast is not built"; exit 77; }
[ -d node_modules/ws ] && [ -d node_modules/eventsource ] || { echo "skipped: the npm packages are not installed"; exit 77; }
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
HOLDFAST_BIN=$holdfast HOLDFAST_ROOM=$room timeout 150 node --test --test-timeout=120000 tests/live/real_server.test.mjs
