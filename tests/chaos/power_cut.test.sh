#!/usr/bin/env bash
# Cuts the power of the server's disk ten times: nothing acknowledged is lost. Then the negative control: a server that skips its syncs must
# lose something that it acknowledged, and the campaign must say so, or the test proves nothing.
set -euo pipefail
program="${HOLDFAST_BUILD:?}/holdfast-failpoints"
seed=${HOLDFAST_SEED:-$(date +%s)}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
said=$scratch/said

# campaign OPTION…: runs one; what it says is in $said as well.
campaign() {
  "$program" chaos --power-cuts --seed "$seed" "$@" 2>&1 | tee "$said"
}

status=0
campaign --cycles "${HOLDFAST_POWER_CUTS:-10}" || status=$?
if [ "$status" = 77 ] && ! grep -q 'no power can be cut here: /bin/mount:' "$said"; then
  echo "it is not mounting that failed, so this is no reason to skip" >&2
  exit 1
fi
[ "$status" = 0 ] || exit "$status"

echo "negative control: syncs are skipped, so something acknowledged must be missing"
if campaign --skip-syncs --cycles 5 --directory "$scratch/control" >/dev/null; then
  echo "the server skipped its syncs, its disk lost power, and nobody noticed" >&2
  exit 1
fi
# What a client missed, what the auditor found, or why the server refused to start. Any other failure proves nothing.
loss='^    (lost|replay): |^    audit: .* ended with status 1: |commits were acknowledged|acknowledged: the end of a log is missing|damage in the '
grep -Em 3 "$loss" "$said" || {
  cat "$said"
  echo "the control failed, but not by finding a loss" >&2
  exit 1
}
echo "noticed"
