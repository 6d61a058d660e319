#!/usr/bin/env bash
# The simulator from the command line: a sale, its files, the same sale again, and what it refuses.
set -euo pipefail
holdfast=${HOLDFAST_BIN:?}
[ -x "$holdfast" ] || { echo "skipped: $holdfast is not built"; exit 77; }
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
fail() { echo "error: $*"; exit 1; }

"$holdfast" onsale --buyers 3000 --seats 300 --rate 5 --max-active 100 --seed 7 --json --out "$room/out" >"$room/first.json"
"$holdfast" onsale --buyers 3000 --seats 300 --rate 5 --max-active 100 --seed 7 --json >"$room/again.json"
python3 - "$room" <<'PY' || fail "the outcome is not what was played"
import csv, json, sys
room = sys.argv[1]
first, again = (json.load(open(f"{room}/{name}.json")) for name in ("first", "again"))
for one in (first, again):
    assert one.pop("computed_in_s") >= 0 and one.pop("times_faster") > 100
assert first == again
rows = first["estimates"]["by_distance"]
assert [row["to_s"] for row in rows] == [60, 300, 900, 3600, None] and all(row["told"] == row["inside"] + row["early"] + row["late"] for row in rows)
assert sum(row["told"] for row in rows) > 0 and first["estimates"]["unknown"] > 0
assert first["people"] == 3000 and first["places_sold"] == 300 and first["active_most"] <= 100 and first["arrivals"] == "modelled"
rows = list(csv.DictReader(open(f"{room}/out/series.csv")))
assert len(rows) > 10 and max(int(row["sold"]) for row in rows) <= 300
PY
for picture in people places; do
  grep -q "</svg>" "$room/out/$picture.svg" || fail "$picture.svg is no picture"
done
"$holdfast" onsale --buyers 500 --seats 100 | grep -q "sold out after" || fail "people are told nothing"

refused() {
  local status=0
  "$holdfast" onsale "$@" >"$room/said" 2>&1 || status=$?
  [ "$status" = 2 ] || { cat "$room/said"; fail "'$*' ended with $status"; }
}
refused --buyers 0
refused --rate -1
refused --rate 1e9
refused --early-share 2
refused --parties 1,2
refused --batch 0
refused --pre-queue -5
refused --rates 1,2
refused --rates 200:1,100:2
refused --rates 10:1e9
refused --slow 10
refused --slow 10:5
