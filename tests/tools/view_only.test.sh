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

start
open_opera
# Enough for a snapshot when the event is put aside at the end.
for i in $(seq 32); do
  hold=$(post "/v1/events/$event/holds" "many-hold-$i" '{"areas":[{"area":"floor","quantity":1}]}' | field hold_id)
  curl -fsS -X DELETE "$url/v1/holds/$hold" -H "Authorization: Bearer $token"
done
sell_one 1 1
page=$(curl -fsS "$url/v1/events/tosca" | field seq)
curl -fsS "$url/v1/events/$event/seats" | field counts >"$room/counts"
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
[ "$(status -L "$url/v1/events/$event/layout")" = 503 ] || [ "$(status -L "$url/v1/events/$event/layout")" = 200 ] || fail "the layout"
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
stop
expect 0 "0 violations" "$holdfast" audit --data "$data"
echo "a refused journal is shown, not sold"
