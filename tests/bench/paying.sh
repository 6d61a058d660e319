#!/usr/bin/env bash
# P11 against the real server and a gateway that does not answer, as small as it can be. Judges no figure that depends on the machine; what has to
# be right on any, is.
set -euo pipefail

holdfast=${HOLDFAST_BIN:?}
root=${HOLDFAST_ROOT:?}
[ -x "$holdfast" ] || { echo "skipped: $holdfast is not built"; exit 77; }

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
mkdir "$room/scratch"

# Exit 1 means that a target was missed, which a busy machine may do; anything else is a fault.
status=0
"$holdfast" bench P11 --quick --rounds 1 --seconds 0.4 --connections 16 --seats 20000 --waiting 60 \
  --config "$root/configs/bench.json" --scratch "$room/scratch" --json "$room/report.json" --plots "$room/plots" || status=$?
[ "$status" -le 1 ] || { echo "FAIL: exit status $status"; exit 1; }

python3 - "$room/report.json" <<'PY'
import json, sys
workload, = json.load(open(sys.argv[1]))["workloads"]
assert workload["name"] == "P11" and "trouble" not in workload, workload.get("trouble")
assert len(workload["targets"]) == 1 and workload["targets"][0]["reached"] > 0, workload["targets"]
assert {run["subject"] for run in workload["runs"]} == {
    "holdfast", "echo", "holdfast, payments waiting", "echo, payments waiting"}
for run in workload["runs"]:
    assert run["failures"] == 0 and run["successes"] > 0 and run["rate_per_s"] > 0, run
side = workload["facts"]["side load"]
assert side["payments waiting"] == 60 and side["waiting after a run, at least"] >= 54, side
assert side["payments begun"] >= side["waiting after a run, at least"], side
assert side["latency_us of a confirmation"]["count"] == side["payments begun"], side
PY
python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$room/plots/p11-rate.svg"
[ -z "$(ls -A "$room/scratch")" ] || { echo "FAIL: left behind: $(ls "$room/scratch")"; exit 1; }
echo "bench: payments waited, holds were measured beside them; nothing left behind"
