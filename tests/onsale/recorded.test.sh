#!/usr/bin/env bash
# A sale through a real server's waiting room, played again from its journal: as it was set and otherwise, with whom its door refused, and what cannot be played.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../tools/room.sh"

start
open_opera
patch() { curl -fsS -X PATCH "$url/v1/events/$event/queue" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d "$1" >/dev/null; }
people=40
come() { # number
  local session
  session=$(curl -fsS -X POST "$url/v1/sessions" -H 'Content-Type: application/json' -H "Idempotency-Key: session-$1" -d '{}' | field token)
  curl -fsS -o /dev/null -X POST "$url/v1/events/$event/queue" -H "Authorization: Bearer $session" -H "Idempotency-Key: come-key-$1"
}
unvisited=$(post /v1/events event-key-2 "{\"name\":\"Fidelio\",\"slug\":\"fidelio\",\"venue_id\":\"$venue\",\"starts_at\":\"2037-04-01T19:00:00.000Z\",
  \"category\":\"opera\",\"currency\":\"EUR\",\"tiers\":[{\"id\":\"stalls\",\"name\":\"Stalls\",\"price\":8900}]}" | field event_id)
patch '{"rate_per_s":2,"batch":1,"mode":"pre_queue"}'
for number in $(seq 25); do come "$number"; done
patch '{"close_pre_queue":true}'
patch '{"draw":{}}'
for number in $(seq 26 "$people"); do come "$number"; done

onsale() { "$holdfast" onsale --seats 30 --parties 1:1 --seed 3 "$@"; }
# A server's own journal is not for readers, and its backup is.
expect 1 "another process" onsale --data "$data" --event "$event"
expect 0 "backed up" "$holdfast" backup --url "$url" --key-file "$data/admin.key" --out "$room/backup"
stop

onsale --data "$data" --event "$event" --rate 2 --batch 1 --json >"$room/same.json"
onsale --data "$room/backup" --event "$event" --rate 2 --batch 1 --json >"$room/backup.json"
onsale --data "$data" --event "$event" --rate 0.2 --batch 1 --json >"$room/slower.json"
onsale --data "$data" --event "$event" --no-waiting-room --json >"$room/open.json"
onsale --data "$data" --event "$event" --rate 2 --batch 1 --rejected 60 --json >"$room/rejected.json"
onsale --buyers 50 --rate 2 --batch 1 --json >"$room/modelled.json"
python3 - "$room" "$people" <<'PY' || fail "the outcomes are not those of the journal's people"
import json, sys
room, people = sys.argv[1], int(sys.argv[2])
same, backup, slower, door, rejected, modelled = (json.load(open(f"{room}/{name}.json")) for name in ("same", "backup", "slower", "open", "rejected", "modelled"))
for one in (same, backup):
    one.pop("computed_in_s"), one.pop("times_faster")
assert same == backup
for one in (same, slower, door):
    assert (one["arrivals"], one["people"], one["people_recorded"], one["people_modelled"]) == ("recorded", people, people, 0), one
assert (rejected["arrivals"], rejected["people"], rejected["people_recorded"], rejected["people_modelled"]) == ("recorded", people + 60, people, 60)
assert (modelled["arrivals"], modelled["people_recorded"], modelled["people_modelled"]) == ("modelled", 0, 50)
assert slower["waits_of_admitted"]["p90_s"] > same["waits_of_admitted"]["p90_s"]
assert same["draw"]["first_tenth"] is not None and same["places_sold"] == 30
assert door["refused"] > 0 and rejected["refused"] > same["refused"]
PY
expect 0 "0 of them are modelled" onsale --data "$data" --event "$event" --rate 2
expect 0 "Arrivals of $people people are those of the journal" onsale --data "$data" --event "$event" --rate 2 --rejected 7
expect 0 "7 of them are modelled" onsale --data "$data" --event "$event" --rate 2 --rejected 7

# What cannot be played.
expect 1 "is not in this journal" onsale --data "$data" --event evt_0000000000001
expect 2 "nobody ever waited for $unvisited" onsale --data "$data" --event "$unvisited"
expect 2 "is no event's id" onsale --data "$data" --event tosca
expect 1 "there is no journal" onsale --data "$room" --event "$event"
expect 2 "--event" onsale --data "$data"
expect 2 "--data" onsale --event "$event"
expect 2 "--event" onsale --rejected 5
expect 2 "5,000,000" onsale --data "$data" --event "$event" --rejected 4999999
expect 2 "5,000,000" onsale --data "$data" --event "$event" --rejected 4294967295
# A reader beside a reader, and never beside a writer.
exec 8<"$data/LOCK"
flock -x 8
expect 1 "another process" onsale --data "$data" --event "$event"
flock -u 8
