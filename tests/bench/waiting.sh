#!/usr/bin/env bash
# The workloads of the waiting room against the real server, as small as they can be: joins, polls, admission at a set rate, a full room that is
# started anew, and a storm at the door of the hot event. Judges no figure that depends on the machine; what has to be right on any, is.
set -euo pipefail

holdfast=${HOLDFAST_BIN:?}
root=${HOLDFAST_ROOT:?}
[ -x "$holdfast" ] || { echo "skipped: $holdfast is not built"; exit 77; }

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
mkdir "$room/scratch"

# Exit 1 means that a target was missed, which a busy machine may do; anything else is a fault.
status=0
"$holdfast" bench P7 P7s --quick --rounds 1 --seconds 0.4 --connections 16 --seats 20000 --people 20000 \
  --config "$root/configs/bench.json" --scratch "$room/scratch" --json "$room/report.json" --plots "$room/plots" || status=$?
[ "$status" -le 1 ] || { echo "FAIL: exit status $status"; exit 1; }

python3 - "$room/report.json" <<'PY'
import json, sys
workloads = {each["name"]: each for each in json.load(open(sys.argv[1]))["workloads"]}
assert list(workloads) == ["P7", "P7s"], list(workloads)
for name, workload in workloads.items():
    assert "trouble" not in workload, (name, workload["trouble"])
    assert workload["targets"], name
    for run in workload["runs"]:
        assert run["failures"] == 0 and run["rate_per_s"] > 0, (name, run)

line = workloads["P7"]
assert {run["subject"] for run in line["runs"]} == {"join", "echo, join", "poll", "echo, poll"}
assert set(line["ratios"]) == {"echo, join", "echo, poll"} and min(line["ratios"].values()) > 0, line["ratios"]
let_in = line["facts"]["admission"]
# Never more than the rate brings in ten seconds, and a batch.
assert 0 < let_in["fewest in any ten seconds"] <= let_in["most in any ten seconds"] <= 2000 + 50, let_in
full = line["facts"]["a full room"]
assert full["people waiting"] == 20001 and full["restart to the first acknowledged join, s"] > 0, full
assert full["resident bytes at most, silent ones too"] > full["bytes of the room's own state"] > 20000 * 40, full

storm = workloads["P7s"]
subjects = {run["subject"] for run in storm["runs"]}
alone = {"holdfast", "echo", "through the room", "sell-out"}
assert subjects == alone | {f"{name}, storm" for name in alone}, subjects
came = storm["facts"]["storm"]
assert came["joined"] > 0 and came["looked"] > came["joined"], came
sold = {run["subject"]: run["successes"] for run in storm["runs"] if run["subject"].startswith("sell-out")}
assert set(sold.values()) == {storm["facts"]["seats of the sell-out"]}, sold
PY
for plot in p7-rates p7-admission p7s-rate p7s-latency; do
  python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$room/plots/$plot.svg"
done
[ -z "$(ls -A "$room/scratch")" ] || { echo "FAIL: left behind: $(ls "$room/scratch")"; exit 1; }
echo "bench: waiting rooms were measured, reported and drawn; nothing left behind"
