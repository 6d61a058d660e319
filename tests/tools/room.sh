# Sourced by the tests of the program's commands: a room of their own, a real server in it, and ways to ask for what is expected.
holdfast=${HOLDFAST_BIN:?}
for tool in curl python3 openssl; do
  command -v "$tool" >/dev/null || { echo "skipped: there is no $tool here"; exit 77; }
done
[ -x "$holdfast" ] || { echo "skipped: $holdfast is not built"; exit 77; }
room=$(mktemp -d)
server=
finish() {
  [ -z "$server" ] || kill -9 "$server" 2>/dev/null || true
  rm -rf "$room"
}
trap finish EXIT

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
# Runs a command and expects an exit status and a text in what it says.
expect() {
  local status=$1 text=$2 said got=0
  shift 2
  said=$("$@" 2>&1) || got=$?
  [ "$got" = "$status" ] || fail "$* ended with $got instead of $status: $said"
  grep -qF -- "$text" <<<"$said" || fail "$* did not say '$text' but: $said"
}
field() { python3 -c 'import json,sys; d=json.load(sys.stdin)
for k in sys.argv[1].split("."): d = d[int(k)] if isinstance(d, list) else d[k]
print(d)' "$1"; }
free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }

data=$room/data
# Of a configuration's `journal`: it is sold here however full the disk of this machine is.
watermarks='"no_new_holds_below_free_ratio":0,"settle_only_below_free_ratio":0'
printf '{"journal":{%s}}' "$watermarks" >"$room/any_disk.json"
# start [OPTION…]: a server over $data on a port of its own; ready when this returns. What it says is in $room/said and $room/server.log.
start() {
  [[ " $* " == *" --config "* ]] || set -- --config "$room/any_disk.json" "$@"
  port=$(free_port)
  url=http://127.0.0.1:$port
  "$holdfast" serve --data "$data" --listen "127.0.0.1:$port" "$@" >"$room/said" 2>>"$room/server.log" &
  server=$!
  for _ in $(seq 600); do
    curl -fsS -o /dev/null --max-time 2 "$url/readyz" 2>/dev/null && return 0
    kill -0 "$server" 2>/dev/null || { tail -5 "$room/server.log" >&2; fail "the server did not start"; }
    sleep 0.1
  done
  fail "the server was not ready within a minute"
}
stop() { kill "-${1:-TERM}" "$server"; wait "$server" 2>/dev/null || true; server=; }
# POST path key body
post() {
  curl -fsS -X POST "$url$1" -H "Authorization: Bearer $token" -H "Idempotency-Key: $2" -H 'Content-Type: application/json' -d "$3"
}
# An opera with 30 seats and 40 standing places, on sale: $event. The token is the first admin's.
open_opera() {
  token=$(cat "$data/admin.key")
  venue=$(post /v1/venues venue-key-1 '{"name":"Opera","city":"Graz","country":"AT","timezone":"Europe/Vienna","lat":47.07,"lon":15.44,
    "layout":{"sections":[{"name":"A","tier":"stalls","rows":[{"name":"1","first":1,"count":30,"x":0,"y":0,"pitch":10,"angle":0}]}],
    "areas":[{"name":"floor","tier":"stalls","capacity":40}]}}' | field venue_id)
  event=$(post /v1/events event-key-1 "{\"name\":\"Tosca\",\"slug\":\"tosca\",\"venue_id\":\"$venue\",\"starts_at\":\"2037-03-01T19:00:00.000Z\",
    \"category\":\"opera\",\"currency\":\"EUR\",\"tiers\":[{\"id\":\"stalls\",\"name\":\"Stalls\",\"price\":8900}]}" | field event_id)
  post "/v1/events/$event/publish" publish-key-1 '{}' >/dev/null
}
sell_one() { # seat, key
  local hold
  hold=$(post "/v1/events/$event/holds" "hold-key-$2" "{\"seats\":[\"A/1/$1\"]}" | field hold_id)
  post "/v1/holds/$hold/confirm" "sell-key-$2" '{"payment":{"method":"cash","reference":"till 1"}}' >/dev/null
}
