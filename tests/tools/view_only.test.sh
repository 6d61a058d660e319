#!/usr/bin/env bash
# A journal that is refused at the start: what was there is shown, nothing is sold, and everybody is told why.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/room.sh"

status() { curl -s -o "$room/body" -w '%{http_code}' "$@"; }
# show: a server that cannot be ready; up when this returns.
show() {
  port=$(free_port)
  url=http://127.0.0.1:$port
  "$holdfast" serve --data "$data" --listen "127.0.0.1:$port" >"$room/said" 2>>"$room/server.log" &
  server=$!
  for _ in $(seq 300); do
    [ "$(status "$url/healthz")" = 200 ] && return 0
    kill -0 "$server" 2>/dev/null || { tail -5 "$room/server.log" >&2; fail "the server did not start"; }
    sleep 0.1
  done
  fail "the server does not answer"
}

# ages PATH…: each is shown, and says that it grows older.
ages() {
  local path again
  for path; do
    for again in $(seq 100); do
      [ "$(status -D "$room/head" "$url$path")" = 200 ] || fail "$path is not shown: $(cat "$room/body")"
      if grep -qi '^age: [1-9]' "$room/head"; then continue 2; fi
      sleep 0.1
    done
    fail "$path does not say how old it is: $(cat "$room/head")"
  done
}

# finds: the search answers, once somebody has looked through its index.
finds() {
  for _ in $(seq 100); do
    [ "$(status "$url/v1/search?q=tosca")" = 200 ] && return 0
    sleep 0.1
  done
  fail "nothing is found: $(cat "$room/body")"
}

start
open_opera
# Enough for a snapshot when the event is put aside at the end.
for i in $(seq 32); do
  hold=$(post "/v1/events/$event/holds" "many-hold-$i" '{"areas":[{"area":"floor","quantity":1}]}' | field hold_id)
  curl -fsS -X DELETE "$url/v1/holds/$hold" -H "Authorization: Bearer $token"
done
sell_one 1 1
# Created, published, 32 times held and released, once held and sold.
page=68
[ "$(curl -fsS "$url/v1/events/tosca?min_seq=$page" | field seq)" = "$page" ] || fail "the page has another seq"
curl -fsS "$url/v1/events/$event/seats?min_seq=$page" | field counts >"$room/counts"
stop

# Nothing was kept: nothing can be shown, and the start fails.
mv "$data/projections" "$room/projections"
mv "$data/journal/CURRENT" "$room/CURRENT"
expect 1 "CURRENT" "$holdfast" serve --data "$data" --listen 127.0.0.1:0
mv "$room/projections" "$data/projections"

show
[ "$(status "$url/readyz")" = 503 ] || fail "it says that it is ready"
grep -q "only shows what was there" "$room/body" || fail "/readyz does not say why: $(cat "$room/body")"
grep -q "nothing is sold" "$room/said" "$room/server.log" || fail "the operator is not told"
for path in /v1/events/tosca "/v1/events/$event"; do
  [ "$(status "$url$path")" = 200 ] || fail "$path is not shown: $(cat "$room/body")"
  [ "$(field seq <"$room/body")" = "$page" ] || fail "$path is not as it was"
done
[ "$(status "$url/v1/events/$event/seats")" = 200 ] || fail "the seats are not shown: $(cat "$room/body")"
field counts <"$room/body" | cmp -s - "$room/counts" || fail "the seats are not as they were"
finds
# Everything is as old as this start, what is asked for only now too.
ages "/v1/events/$event" "/v1/events/$event/seats" "/v1/events/$event/prices" "/v1/search?q=tosca"
grep -qi '^age: 0' <(curl -fsS -D - -o "$room/section" "$url/v1/events/$event/seats?section=A") && fail "a section seems new"
# The index of texts and its columns were kept.
[ "$(status -D "$room/head" "$url/v1/search?q=tosca")" = 200 ] || fail "nothing is found: $(cat "$room/body")"
[ "$(field items.0.event_id <"$room/body")" = "$event" ] || fail "another event is found: $(cat "$room/body")"
# Keys were kept too; what else their organisation has was not, which is said.
[ "$(status "$url/v1/keys" -H "Authorization: Bearer $token")" = 200 ] || fail "a key is not known: $(cat "$room/body")"
[ "$(field items.0.name <"$room/body")" = "first admin key" ] || fail "another key is listed: $(cat "$room/body")"
[ "$(status "$url/v1/keys" -H "Authorization: Bearer hf_none")" = 401 ] || fail "any key is known"
[ "$(status "$url/v1/orders" -H "Authorization: Bearer $token")" = 200 ] || fail "no orders are listed: $(cat "$room/body")"
for path in /v1/venues /v1/organisations; do
  [ "$(status "$url$path" -H "Authorization: Bearer $token")" = 503 ] || fail "$path is shown out of nothing: $(cat "$room/body")"
  [ "$(field code <"$room/body")" = unavailable ] || fail "$path: $(cat "$room/body")"
done
[ "$(status -X POST "$url/v1/keys" -H "Authorization: Bearer $token" -H 'Idempotency-Key: key-key-9' \
  -H 'Content-Type: application/json' -d '{"name":"till","scopes":["sell"]}')" = 503 ] || fail "a key was made: $(cat "$room/body")"
grep -q journal_unavailable "$room/body" || fail "the refusal has another reason: $(cat "$room/body")"
# Made anew of nothing, the views would show nothing; and facts that cannot be read are not facts that are not there.
for view in catalogue bookings search_text; do
  [ "$(status -X POST "$url/v1/admin/projections/$view/rebuild" -H "Authorization: Bearer $token")" = 503 ] || fail "$view is made anew: $(cat "$room/body")"
  grep -q journal_unavailable "$room/body" || fail "the refusal has another reason: $(cat "$room/body")"
done
[ "$(status "$url/v1/events/$event/journal" -H "Authorization: Bearer $token")" = 503 ] || fail "there are no facts: $(cat "$room/body")"
grep -q journal_unavailable "$room/body" || fail "the refusal has another reason: $(cat "$room/body")"
finds
# The snapshot that the seats came from has the layout too.
[ "$(status -L "$url/v1/events/$event/layout")" = 200 ] || fail "the layout is not shown: $(cat "$room/body")"
[ "$(field areas.0.capacity <"$room/body")" = 40 ] || fail "the layout is another one: $(cat "$room/body")"
buyer=$(curl -fsS -X POST "$url/v1/sessions" | field token)
[ "$(status -X POST "$url/v1/events/$event/holds" -H "Authorization: Bearer $buyer" -H 'Idempotency-Key: hold-key-9' \
  -H 'Content-Type: application/json' -d '{"seats":["A/1/9"]}')" = 503 ] || fail "a hold was not refused: $(cat "$room/body")"
grep -q journal_unavailable "$room/body" || fail "the refusal has another reason: $(cat "$room/body")"
expect 1 "LOCK" "$holdfast" serve --data "$data" --listen 127.0.0.1:0
kill -TERM "$server"
wait "$server" || fail "it did not end well"
server=

# Mended, it sells again.
mv "$room/CURRENT" "$data/journal/CURRENT"
start
sell_one 2 2
[ "$(curl -fsS "$url/v1/events/tosca?min_seq=$((page + 2))" | field seq)" = $((page + 2)) ] || fail "it does not go on where it was"

# Another event, too young for a snapshot, and then a log that is damaged behind all of its facts.
first=$event
venue=$(curl -fsS "$url/v1/venues" -H "Authorization: Bearer $token" | field items.0.venue_id)
event=$(post /v1/events event-key-2 "{\"name\":\"Aida\",\"slug\":\"aida\",\"venue_id\":\"$venue\",\"starts_at\":\"2037-03-02T19:00:00.000Z\",
  \"category\":\"opera\",\"currency\":\"EUR\",\"tiers\":[{\"id\":\"stalls\",\"name\":\"Stalls\",\"price\":8900}]}" | field event_id)
post "/v1/events/$event/publish" publish-key-2 '{}' >/dev/null
sell_one 3 3
aida=$event
event=$first
for i in $(seq 40); do
  post "/v1/events/$event/holds" "later-hold-$i" '{"areas":[{"area":"floor","quantity":1}]}' >/dev/null
done
stop KILL
cp -a "$data" "$room/before"
python3 - "$data"/journal/*.log <<'EOF'
import os, sys
log = max(sys.argv[1:], key=os.path.getsize)
with open(log, 'r+b') as file:
    file.seek(os.path.getsize(log) * 3 // 4)
    at = file.tell()
    byte = file.read(1)[0]
    file.seek(at)
    file.write(bytes([byte ^ 0x55]))
EOF
(cd "$data/journal" && sha256sum -- *) >"$room/journal.sums"
show
grep -q "damage in the middle" "$room/server.log" || fail "the log is not what was refused: $(tail -3 "$room/server.log")"
[ "$(status "$url/v1/keys" -H "Authorization: Bearer $token")" = 200 ] || fail "a key is not known: $(cat "$room/body")"
[ "$(status "$url/v1/keys" -H "Authorization: Bearer hfk_none")" = 401 ] || fail "any key is known"
[ "$(status "$url/v1/events/$aida")" = 200 ] || fail "an event without a snapshot is not shown: $(cat "$room/body")"
[ "$(field seq <"$room/body")" = 4 ] || fail "the event is not as it was: $(cat "$room/body")"
[ "$(status "$url/v1/events/$aida/seats")" = 200 ] || fail "its seats are not shown: $(cat "$room/body")"
[ "$(field counts.sold <"$room/body")" = 1 ] || fail "its seats are not as they were: $(cat "$room/body")"
[ "$(status "$url/v1/events/$aida/journal" -H "Authorization: Bearer $token")" = 200 ] || fail "its facts are not shown: $(cat "$room/body")"
[ "$(field items.3.type <"$room/body")" = order_confirmed ] || fail "its facts are not as they were: $(cat "$room/body")"
# As far as its stream is whole: some of the later holds.
[ "$(status "$url/v1/events/$first")" = 200 ] || fail "the other event is not shown: $(cat "$room/body")"
shown=$(field seq <"$room/body")
[ "$shown" -gt $((page + 2)) ] && [ "$shown" -lt $((page + 42)) ] || fail "it is shown at seq $shown"
finds
[ "$(status "$url/v1/orders" -H "Authorization: Bearer $token")" = 200 ] || fail "no orders are listed: $(cat "$room/body")"
[ "$(status "$url/v1/events/$aida/seats?at_seq=2" -H "Authorization: Bearer $token")" = 503 ] || fail "the past of a refused journal is shown"
[ "$(field code <"$room/body")" = unavailable ] || fail "the past is refused for another reason: $(cat "$room/body")"
[ "$(status "$url/v1/events/$first/report" -H "Authorization: Bearer $token")" = 200 ] || fail "no report: $(cat "$room/body")"
[ "$(status -X POST "$url/v1/events/$aida/holds" -H "Authorization: Bearer $token" -H 'Idempotency-Key: hold-key-19' \
  -H 'Content-Type: application/json' -d '{"seats":["A/1/9"]}')" = 503 ] || fail "a hold was not refused: $(cat "$room/body")"
grep -q journal_unavailable "$room/body" || fail "the refusal has another reason: $(cat "$room/body")"
kill -TERM "$server"
wait "$server" || fail "it did not end well"
server=
# It changed nothing, and with the byte put right everything acknowledged is there.
(cd "$data/journal" && sha256sum -- *) | cmp - "$room/journal.sums" || fail "the refused journal was changed"
# With the journal gone altogether, of an event without a snapshot there is nothing to show: that is said, and not that there is none.
mv "$data/journal/CURRENT" "$room/CURRENT"
show
for path in "/v1/events/$aida" "/v1/events/$aida/seats"; do
  [ "$(status "$url$path")" = 503 ] || fail "$path is shown out of nothing: $(cat "$room/body")"
  [ "$(field code <"$room/body")" = unavailable ] || fail "$path: $(cat "$room/body")"
done
kill -TERM "$server"
wait "$server" || fail "it did not end well"
server=
# Where the views have no keys either, nobody can tell which are valid: that is said, and none is called invalid.
mkdir "$room/catalogue"
mv "$data"/projections/store/catalogue* "$room/catalogue"
show
[ "$(status "$url/v1/keys" -H "Authorization: Bearer $token")" = 503 ] || fail "a key is judged that nobody can know: $(cat "$room/body")"
[ "$(field code <"$room/body")" = unavailable ] || fail "it is refused for another reason: $(cat "$room/body")"
finds
kill -TERM "$server"
wait "$server" || fail "it did not end well"
server=
mv "$room/catalogue"/* "$data/projections/store/"
mv "$room/CURRENT" "$data/journal/CURRENT"
cp "$room"/before/journal/*.log "$data/journal/"
start
[ "$(curl -fsS "$url/v1/events/tosca?min_seq=$((page + 42))" | field seq)" = $((page + 42)) ] || fail "it does not go on where it was"
stop
expect 0 "0 violations" "$holdfast" audit --data "$data"
echo "a refused journal is shown, not sold"
