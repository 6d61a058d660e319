#!/usr/bin/env bash
# Six of ten people before a waiting room fall silent without leaving, while the server is killed twice: none of them uses a turn, and who comes back in time has
# their place. HOLDFAST_PEOPLE and HOLDFAST_SEED ask for more, and for the same again.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
holdfast=${HOLDFAST_BIN:?}
needs_program "$holdfast"
seed=${HOLDFAST_SEED:-$RANDOM}
people=${HOLDFAST_PEOPLE:-200}
timeout $((200 + people / 20)) node tests/chaos/silent_people.mjs "$holdfast" "$room" "$people" "$seed" ||
  { echo "HOLDFAST_SEED=$seed repeats it"; exit 1; }
