#!/usr/bin/env bash
# The commands for people who look after a journal, on the journal of a real server: show, replay, export, import, audit, backup, restore.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/room.sh"

start
open_opera
for seat in 1 2 3; do sell_one "$seat" "$seat"; done
post "/v1/events/$event/holds" hold-key-floor '{"areas":[{"area":"floor","quantity":4}]}' >/dev/null
# Created and published, three times held and sold, and held.
live_hash=$(curl -fsS "$url/v1/events/$event?min_seq=9" | field state_hash)

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
[ -z "$("$holdfast" journal show --data "$data" --event "$event" --payments)" ] || fail "show printed payments where nobody paid by card"
expect 2 "--event" "$holdfast" journal show --data "$data" --payments
[ -z "$("$holdfast" journal show --data "$data" --event "$event" --queue)" ] || fail "show printed a waiting room that never was"
expect 2 "excludes" "$holdfast" journal show --data "$data" --event "$event" --queue --payments
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
