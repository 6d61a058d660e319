#!/usr/bin/env bash
# The commands for people who look after a journal, on the journal of a real server: show, replay, export, import, audit, backup, restore.
set -euo pipefail
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
start() {
  port=$(free_port)
  url=http://127.0.0.1:$port
  "$holdfast" serve --data "$data" --listen "127.0.0.1:$port" >>"$room/server.log" 2>&1 &
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
sell_one() { # seat, key
  local hold
  hold=$(post "/v1/events/$event/holds" "hold-key-$2" "{\"seats\":[\"A/1/$1\"]}" | field hold_id)
  post "/v1/holds/$hold/confirm" "sell-key-$2" '{"payment":{"method":"cash","reference":"till 1"}}' >/dev/null
}

start
token=$(cat "$data/admin.key")
venue=$(post /v1/venues venue-key-1 '{"name":"Opera","city":"Graz","country":"AT","timezone":"Europe/Vienna","lat":47.07,"lon":15.44,
  "layout":{"sections":[{"name":"A","tier":"stalls","rows":[{"name":"1","first":1,"count":30,"x":0,"y":0,"pitch":10,"angle":0}]}],
  "areas":[{"name":"floor","tier":"stalls","capacity":40}]}}' | field venue_id)
event=$(post /v1/events event-key-1 "{\"name\":\"Tosca\",\"slug\":\"tosca\",\"venue_id\":\"$venue\",\"starts_at\":\"2037-03-01T19:00:00.000Z\",
  \"category\":\"opera\",\"currency\":\"EUR\",\"tiers\":[{\"id\":\"stalls\",\"name\":\"Stalls\",\"price\":8900}]}" | field event_id)
post "/v1/events/$event/publish" publish-key-1 '{}' >/dev/null
for seat in 1 2 3; do sell_one "$seat" "$seat"; done
post "/v1/events/$event/holds" hold-key-floor '{"areas":[{"area":"floor","quantity":4}]}' >/dev/null
live_hash=$(curl -fsS "$url/v1/events/$event" | field state_hash)

# A running server's directory is not for readers; its backup is.
expect 1 "another process" "$holdfast" audit --data "$data"
expect 0 "backed up" "$holdfast" backup --url "$url" --key-file "$data/admin.key" --out "$room/backup"
expect 2 "is not empty" "$holdfast" backup --url "$url" --key-file "$data/admin.key" --out "$room/backup"
expect 0 "0 violations" "$holdfast" audit --data "$room/backup"
sell_one 4 4
stop KILL

# What was acknowledged is there after the worst of ends, and one hash names the state everywhere.
expect 0 "0 violations" "$holdfast" audit --data "$data"
expect 0 "for EUR 35,600" "$holdfast" audit --data "$data"
[ "$("$holdfast" journal replay --data "$room/backup" --event "$event" --json | field events.0.state_hash)" = "$live_hash" ] ||
  fail "the backup's state hash is not the one that the server reported"
seq=$("$holdfast" journal replay --data "$data" --event "$event" --json | field events.0.seq)
sold=$("$holdfast" journal replay --data "$data" --event "$event" --at-seq "$((seq - 2))" --json | field events.0.counts.sold)
[ "$sold" = 3 ] || fail "two facts before the end $sold seats were sold instead of 3"
expect 0 "35,600 in minor units" "$holdfast" journal replay --data "$data"
expect 2 "is no time" "$holdfast" journal replay --data "$data" --at yesterday
expect 1 "is not in this journal" "$holdfast" journal replay --data "$data" --event evt_0000000000001
expect 2 "is no event's id" "$holdfast" audit --data "$data" --event tosca
expect 1 "there is no journal" "$holdfast" audit --data "$room"
expect 2 "" "$holdfast" audit
[ "$("$holdfast" journal show --data "$data" --event "$event" --from 2 --limit 1 | field type)" = event_published ] ||
  fail "show did not print the second fact"
[ "$("$holdfast" journal show --data "$data" | python3 -c 'import json,sys; print(sum(json.loads(l)["type"]=="order_confirmed" for l in sys.stdin))')" = 4 ] ||
  fail "show did not print four orders"

# A certificate that OpenSSL alone can check.
expect 0 "0 violations" "$holdfast" audit --data "$data" --certificate "$room/certificate"
python3 - "$room" <<'END'
import base64, json, sys
room = sys.argv[1]
certificate = json.load(open(room + "/certificate"))
open(room + "/statement", "w").write(certificate["statement"])
open(room + "/key.pem", "w").write(certificate["public_key"])
open(room + "/signature", "wb").write(base64.b64decode(certificate["signature"]))
END
verify() { openssl pkeyutl -verify -pubin -inkey "$room/key.pem" -rawin -in "$room/statement" -sigfile "$room/signature"; }
expect 0 "Verified Successfully" verify
sed -i 's/35600/35601/' "$room/statement"
expect 1 "Verification Failure" verify

# An archive that stands the program printed in the format's description, and another journal made from it.
expect 0 "exported" "$holdfast" journal export --data "$data" --out "$room/all.archive"
sed -n '/^```python$/,/^```$/p' "${HOLDFAST_ROOT:?}/docs/journal-format.md" | sed '1d;$d' >"$room/check.py"
expect 0 "sound" python3 "$room/check.py" "$room/all.archive"
expect 0 "imported" "$holdfast" journal import "$room/all.archive" --data "$room/other"
expect 0 "0 violations" "$holdfast" audit --data "$room/other"
expect 1 "already" "$holdfast" journal import "$room/all.archive" --data "$room/other"
[ "$("$holdfast" journal replay --data "$room/other" --event "$event" --json | field events.0.chain_hash)" = \
  "$("$holdfast" journal replay --data "$data" --event "$event" --json | field events.0.chain_hash)" ] || fail "the import changed the chain"
python3 - "$room/all.archive" "$room/bad.archive" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[len(data) // 2] ^= 1
open(sys.argv[2], "wb").write(data)
END
expect 1 "" python3 "$room/check.py" "$room/bad.archive"
expect 1 "checksum" "$holdfast" journal import "$room/bad.archive" --data "$room/third"

# No silent way back in time.
expect 1 "--new-epoch" "$holdfast" restore "$room/backup" --data "$data"
expect 0 "0 violations" "$holdfast" audit --data "$data"
expect 0 "restored" "$holdfast" restore "$room/backup" --data "$data" --new-epoch
[ "$("$holdfast" journal replay --data "$data" --event "$event" --json | field events.0.state_hash)" = "$live_hash" ] ||
  fail "what was restored is not what was backed up"
start
[ "$(curl -fsS "$url/v1/events/$event" | field state_hash)" = "$live_hash" ] || fail "the server shows another state than was restored"
sell_one 5 5
stop
expect 0 "0 violations" "$holdfast" audit --data "$data"
printf 'x' >>"$(find "$room/backup/journal" -name '*.sst' | sort | head -1)"
expect 1 "is not what was backed up" "$holdfast" restore "$room/backup" --data "$room/fourth"
echo "show, replay, export, import, audit, backup and restore do what they say"
