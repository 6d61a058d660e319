#!/usr/bin/env bash
# What views keep: a start goes on from it, kill -9 spoils nothing, damage is noticed and folded again, and it always equals the journal's fold.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/room.sh"

admin() { curl -sS -H "Authorization: Bearer $(cat "$data/admin.key")" "$@"; }
# commands NAME: how many commands a projection has folded since the start.
commands() { admin "$url/v1/admin/projections" | python3 -c 'import json,sys
print(next(i["commands"] for i in json.load(sys.stdin)["items"] if i["projection"] == sys.argv[1]))' "$1"; }
orders() { admin "$url/v1/orders" | sha256sum; }
# verify: everything that there is, each equal.
verify() {
  "$holdfast" projections verify --data "$data" --json >"$room/verified" || fail "it does not hold: $(cat "$room/verified")"
  [ "$(python3 -c 'import json,sys; print(*[i["projection"] for i in json.load(sys.stdin)["projections"] if i["equal"] and i["rows"] > 0])' <"$room/verified")" \
    = "inventory catalogue bookings search search_text report" ] || fail "not everything was compared: $(cat "$room/verified")"
}
kept() { python3 -c 'import json,sys
print(next(i["rows_kept"] for i in json.load(sys.stdin)["projections"] if i["projection"] == sys.argv[1]))' "$1" <"$room/verified"; }
rebuild() {
  [ "$(admin -o /dev/null -w '%{http_code}' -X POST "$url/v1/admin/projections/$1/rebuild")" = 202 ] || fail "no rebuild of $1 began"
  for _ in $(seq 100); do
    admin "$url/v1/admin/projections" | grep -q '"rebuilding":true' || return 0
    sleep 0.1
  done
  fail "the rebuild of $1 did not end"
}

start
open_opera
for seat in 1 2 3; do sell_one "$seat" "$seat"; done
expect 1 "another process" "$holdfast" projections rebuild --data "$data"
stop
verify

# A start folds nothing that was kept, and shows it.
start
[ "$(commands bookings)" = 0 ] || fail "the start folded what it had kept"
sold=$(orders)
[ "$(admin "$url/v1/orders" | python3 -c 'import json,sys; print(len(json.load(sys.stdin)["items"]))')" = 3 ] || fail "three orders were sold"

# Rebuilt while serving: the same is shown, before and after.
[ "$(admin -o /dev/null -w '%{http_code}' -X POST "$url/v1/admin/projections/bookings/rebuild")" = 202 ] || fail "no rebuild began"
for _ in $(seq 100); do
  [ "$(orders)" = "$sold" ] || fail "the orders changed while they were rebuilt"
  admin "$url/v1/admin/projections" | grep -q '"rebuilding":true' || break
  sleep 0.1
done
[ "$(commands bookings)" -gt 0 ] || fail "nothing was folded anew"
[ "$(admin -o /dev/null -w '%{http_code}' -X POST "$url/v1/admin/projections/nonsense/rebuild")" = 404 ] || fail "an unknown projection was rebuilt"
for name in inventory catalogue search search_text report; do rebuild "$name"; done
# Beside the server that sells meanwhile.
(for seat in $(seq 5 24); do sell_one "$seat" "$seat"; done) &
selling=$!
for _ in 1 2 3; do
  verify
  grep -q '"while_serving": true' "$room/verified" || fail "a server runs, and nobody noticed"
done
wait "$selling" || fail "selling was disturbed"
sell_one 4 4
stop KILL
verify
[ "$(kept bookings)" -gt 0 ] || fail "what was rebuilt while serving was not looked at"
start
[ "$(admin "$url/v1/orders" | python3 -c 'import json,sys; print(len(json.load(sys.stdin)["items"]))')" = 24 ] || fail "an order is missing after the crash"
stop
verify

# Damaged or gone: said, folded again, and right.
echo damaged | dd of="$(ls "$data"/projections/store/bookings*/MANIFEST-* | head -1)" bs=1 seek=10 conv=notrunc status=none
expect 1 "bookings: NOT COMPARED" "$holdfast" projections verify --data "$data"
# What is not damaged is compared all the same.
for name in catalogue report search search_text; do
  expect 1 "$name: equal" "$holdfast" projections verify --data "$data"
done
expect 1 "inventory: equal" "$holdfast" projections verify --data "$data"
start
grep -q "removed and is folded again" "$room/server.log" || fail "the damage was not reported"
[ "$(commands bookings)" -gt 0 ] || fail "nothing was folded"
stop
verify
# A byte of every table has changed while nobody looked: what is shown is right all the same.
flipped=0
for table in "$data"/projections/store/*/*.sst; do
  printf '\377' | dd of="$table" bs=1 seek=60 conv=notrunc status=none
  flipped=$((flipped + 1))
done
[ "$flipped" -gt 0 ] || fail "there was no table to damage"
start
[ "$(admin "$url/v1/orders" | python3 -c 'import json,sys; print(len(json.load(sys.stdin)["items"]))')" = 24 ] || fail "an order is missing after the damage"
stop
verify
printf '\377' | dd of="$(ls "$data"/projections/search/texts-*/postlist.glass)" bs=1 seek=8200 conv=notrunc status=none
start
grep -q "is not as it was left, and is built anew" "$room/server.log" || fail "the damage of the search index was not noticed"
stop
verify
# Bytes all over every file of an index that nobody closed: the server starts, and finds what there is.
start
stop KILL
cp -r "$data/projections/search" "$room/killed"
for round in $(seq 1 6); do
  rm -r "$data/projections/search"
  cp -r "$room/killed" "$data/projections/search"
  python3 - "$round" "$data"/projections/search/texts-*/*glass <<'EOF'
import os, random, sys
dice = random.Random(int(sys.argv[1]))
for name in sys.argv[2:]:
    size = os.path.getsize(name)
    with open(name, 'r+b') as file:
        for _ in range(dice.randint(1, 40)):
            at = dice.randrange(size)
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ dice.randint(1, 255)]))
EOF
  expect 1 "search_text: NOT COMPARED" "$holdfast" projections verify --data "$data" --only search_text
  start
  [ "$(curl -fsS "$url/v1/search?q=tosca" | field total)" = 1 ] || fail "nothing is found after the damage of round $round"
  stop KILL
done
grep -q "texts-.*; it is built anew" "$room/server.log" || fail "the damage was not reported"
start
stop
verify
# The index of texts has rows that the journal does not have: of another journal's event.
cp -r "$data/projections/search" "$room/search"
text=$(ls -d "$data"/projections/search/texts-*)
dd if=/dev/zero of="$text/docdata.glass" bs=1 count=64 conv=notrunc status=none
expect 1 "search/texts-" "$holdfast" projections verify --data "$data" --only search_text
expect 1 "bookings: equal" "$holdfast" projections verify --data "$data"
expect 1 '"equal": false' "$holdfast" projections verify --data "$data" --json --only search_text
expect 0 "search_text: " "$holdfast" projections rebuild --data "$data" --only search_text
verify
rm -r "$data/projections/search"
expect 1 "there is no index" "$holdfast" projections verify --data "$data"
expect 0 "equal" "$holdfast" projections verify --data "$data" --only search --only inventory
mv "$room/search" "$data/projections/search"
verify
expect 2 "is none of" "$holdfast" projections verify --data "$data" --only nonsense
expect 2 "is none of" "$holdfast" projections rebuild --data "$data" --only inventory
rm -r "$data/projections"
expect 1 "there is no store" "$holdfast" projections verify --data "$data"
expect 0 "bookings: " "$holdfast" projections rebuild --data "$data"
verify
start
[ "$(commands bookings)" = 0 ] || fail "the rebuilt projections were folded again"
stop
echo "projections keep what the journal says"
