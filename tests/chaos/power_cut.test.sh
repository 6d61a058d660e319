#!/usr/bin/env bash
# Cuts the power of the server's disk ten times: nothing acknowledged is lost. Then the negative control: a server that skips its syncs must
# lose something, or the test proves nothing.
set -euo pipefail
program="${HOLDFAST_BUILD:?}/holdfast-failpoints"
seed=${HOLDFAST_SEED:-$(date +%s)}

status=0
"$program" chaos --power-cuts --cycles "${HOLDFAST_POWER_CUTS:-10}" --seed "$seed" || status=$?
[ "$status" = 0 ] || {
  [ "$status" != 77 ] || echo "skipped: loop devices cannot be mounted here"
  exit "$status"
}

echo "negative control: syncs are skipped, so acknowledged sales must be missing"
if "$program" chaos --power-cuts --skip-syncs --cycles 5 --seed "$seed"; then
  echo "the server skipped its syncs, its disk lost power, and nobody noticed" >&2
  exit 1
fi
echo "noticed"
