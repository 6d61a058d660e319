#!/usr/bin/env bash
# The bench as a program: it measures the real server beside its peers, writes its report and its plots, and leaves nothing
# behind, also when it is interrupted. Judges no figure: that is the bench's own work, on a quiet machine.
set -euo pipefail

holdfast=${HOLDFAST_BIN:?}
root=${HOLDFAST_ROOT:?}
[ -x "$holdfast" ] || { echo "skipped: $holdfast is not built"; exit 77; }

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
# The database runs as a user of its own and passes through here.
chmod 711 "$room"
mkdir -m 711 "$room/scratch"

peers=echo,wal-limit
if command -v redis-server >/dev/null && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
  peers=echo,seed-design,row-lock,wal-limit
fi

# Exit 1 means that a target was missed, which a busy machine may do; anything else is a fault.
status=0
"$holdfast" bench P1 --quick --rounds 1 --seconds 0.5 --peers "$peers" --config "$root/configs/bench.json" \
  --scratch "$room/scratch" --json "$room/report.json" --plots "$room/plots" || status=$?
[ "$status" -le 1 ] || { echo "FAIL: exit status $status"; exit 1; }

python3 - "$room/report.json" "$peers" <<'PY'
import json, sys
report = json.load(open(sys.argv[1]))
(workload,) = report["workloads"]
assert workload["name"] == "P1", workload["name"]
assert "trouble" not in workload, workload["trouble"]
assert {"processor", "cores", "kernel", "file_system"} <= set(report["machine"]), report["machine"]
assert set(workload["ratios"]) == set(sys.argv[2].split(",")), workload["ratios"]
subjects = {run["subject"] for run in workload["runs"]}
assert subjects == {"holdfast", *sys.argv[2].split(",")} - {"wal-limit"}, subjects
for run in workload["runs"]:
    assert run["failures"] == 0 and run["successes"] > 0 and run["rate_per_s"] > 0, run
    latency = run["latency_us"]["success"]
    assert 0 < latency["p50"] <= latency["p99"] <= latency["max"], run
PY
for plot in p1-rate p1-latency; do
  python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$room/plots/$plot.svg"
done
"$holdfast" bench --from "$room/report.json" --plots "$room/again"
cmp "$room/plots/p1-rate.svg" "$room/again/p1-rate.svg"
[ -z "$(ls -A "$room/scratch")" ] || { echo "FAIL: left behind: $(ls "$room/scratch")"; exit 1; }

# Ctrl-C: whatever was started is stopped, and its directory is gone.
"$holdfast" bench peers --rounds 50 --seconds 5 --peers echo --scratch "$room/scratch" >"$room/interrupted.log" 2>&1 &
bench=$!
children() { pgrep -P "$bench" || true; }
for _ in $(seq 1 500); do
  [ -n "$(children)" ] && break
  kill -0 "$bench" || { cat "$room/interrupted.log"; echo "FAIL: the bench ended by itself"; exit 1; }
  sleep 0.02
done
started=$(children)
[ -n "$started" ] || { echo "FAIL: no peer was started"; exit 1; }
kill -INT "$bench"
status=0
wait "$bench" || status=$?
[ "$status" = 1 ] || { cat "$room/interrupted.log"; echo "FAIL: interrupted, it exited with $status"; exit 1; }
for child in $started; do
  ! kill -0 "$child" 2>/dev/null || { echo "FAIL: process $child still runs"; exit 1; }
done
[ -z "$(ls -A "$room/scratch")" ] || { echo "FAIL: left behind: $(ls "$room/scratch")"; exit 1; }

# Wrong usage is said to be that.
for wrong in "P99" "P1 --peers nobody" "P1 --config /nowhere.json" "--from $room/nowhere.json --plots $room/x"; do
  status=0
  # shellcheck disable=SC2086
  "$holdfast" bench $wrong >"$room/usage.log" 2>&1 || status=$?
  [ "$status" = 2 ] || { cat "$room/usage.log"; echo "FAIL: 'bench $wrong' exited with $status, not 2"; exit 1; }
done
echo "bench: measured, reported, drawn, interrupted; nothing left behind"
