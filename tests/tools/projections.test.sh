#!/usr/bin/env bash
# What views keep: a start goes on from it, kill -9 spoils nothing, damage is noticed and folded again, and it always equals the journal's fold.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/room.sh"

admin() { curl -sS -H "Authorization: Bearer $(cat "$data/admin.key")" "$@"; }
# commands NAME: how many commands a projection has folded since the start.
commands() { admin "$url/v1/admin/projections" | python3 -c 'import json,sys
print(next(i["commands"] for i in json.load(sys.stdin)["items"] if i["projection"] == sys.argv[1]))' "$1"; }
orders() { admin "$url/v1/orders" | sha256sum; }
verify() { expect 0 "equal to the journal's fold" "$holdfast" projections verify --data "$data"; }

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
sell_one 4 4
stop KILL
verify
start
[ "$(admin "$url/v1/orders" | python3 -c 'import json,sys; print(len(json.load(sys.stdin)["items"]))')" = 4 ] || fail "an order is missing after the crash"
stop
verify

# Damaged or gone: said, folded again, and right.
echo damaged | dd of="$(ls "$data"/projections/store/MANIFEST-* | head -1)" bs=1 seek=10 conv=notrunc status=none
expect 1 "store" "$holdfast" projections verify --data "$data"
start
grep -q "removed and is folded again" "$room/server.log" || fail "the damage was not reported"
[ "$(commands bookings)" -gt 0 ] || fail "nothing was folded"
stop
verify
rm -r "$data/projections"
expect 1 "there is no store" "$holdfast" projections verify --data "$data"
expect 0 "bookings: " "$holdfast" projections rebuild --data "$data"
verify
start
[ "$(commands bookings)" = 0 ] || fail "the rebuilt projections were folded again"
stop
echo "projections keep what the journal says"
