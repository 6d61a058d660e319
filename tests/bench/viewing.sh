#!/usr/bin/env bash
# The workloads of the viewing plane against the real server, as small as they can be: reads, live viewers, search, and the hot event with
# all of it beside. Judges no figure that depends on the machine; what has to be right on any, is.
set -euo pipefail

holdfast=${HOLDFAST_BIN:?}
root=${HOLDFAST_ROOT:?}
[ -x "$holdfast" ] || { echo "skipped: $holdfast is not built"; exit 77; }

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
mkdir "$room/scratch"

# Exit 1 means that a target was missed, which a busy machine may do; anything else is a fault.
status=0
"$holdfast" bench P1s P8 P9 P10 --quick --rounds 1 --seconds 0.4 --viewers 20 --connections 16 --seats 20000 --searched 1000 \
  --config "$root/configs/bench.json" --scratch "$room/scratch" --json "$room/report.json" --plots "$room/plots" || status=$?
[ "$status" -le 1 ] || { echo "FAIL: exit status $status"; exit 1; }

python3 - "$room/report.json" <<'PY'
import json, sys
workloads = {each["name"]: each for each in json.load(open(sys.argv[1]))["workloads"]}
assert list(workloads) == ["P1s", "P8", "P9", "P10"], list(workloads)
for name, workload in workloads.items():
    assert "trouble" not in workload, (name, workload["trouble"])
    assert workload["targets"], name
    for run in workload["runs"]:
        assert run["failures"] == 0 and run["successes"] > 0 and run["rate_per_s"] > 0, (name, run)

beside = workloads["P1s"]
assert {run["subject"] for run in beside["runs"]} == {"holdfast", "echo", "holdfast, side load", "echo, side load"}
side = beside["facts"]["side load"]
assert side["viewers"] == 20 and side["changes"] > 0 and side["searches"] > 0 and side["frames to viewers"] >= 20, side

reads = workloads["P8"]
wanted = {"event page", "seats", "seats, JSON", "search"}
assert set(reads["ratios"]) == {"echo, " + name for name in wanted}, reads["ratios"]
subjects = {run["subject"] for run in reads["runs"]}
assert subjects == wanted | set(reads["ratios"]) | {"event page, 304", "seats, 304", "search, 304", "echo, 304"}, subjects
assert set(reads["facts"]["bodies"]) == wanted, reads["facts"]

live = workloads["P10"]
facts = live["facts"]
assert facts["viewers"] == 20 and facts["slow viewers"] == 1 and facts["frames received by all viewers"] >= 20, facts
assert facts["changes"] > 0 and facts["cores of the server"] > 0, facts
for name, latency in live["latency_us"].items():
    assert latency["count"] > 0 and latency["p50"] <= latency["p99"] <= latency["max"], (name, latency)
# One value for each change and viewer: nobody lost anything.
assert live["latency_us"]["change acknowledged to frame received"]["count"] == facts["changes"] * 20, live["latency_us"]
reached = {target["what"]: target["reached"] for target in live["targets"]}
assert reached["slow viewers reset or closed"] == 1, reached
assert reached["other viewers that missed a frame, were reset or closed"] == 0, reached
PY
for plot in p1s-rate p8-reads p9-latency p10-latency; do
  python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$room/plots/$plot.svg"
done
[ -z "$(ls -A "$room/scratch")" ] || { echo "FAIL: left behind: $(ls "$room/scratch")"; exit 1; }
echo "bench: what people look at was measured, reported and drawn; nothing left behind"
