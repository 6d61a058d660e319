#!/usr/bin/env bash
# What every command owes: --help, --json with one document on standard output, exit statuses 0, 1 and 2, errors on standard error.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/room.sh"

is_document() { python3 -c 'import json,sys; json.load(sys.stdin)' || fail "$1 printed no JSON document"; }
# refuses STATUS COMMAND…: ends so, says nothing on standard output and something on standard error.
refuses() {
  local status=$1 got=0
  shift
  timeout 30 "$holdfast" "$@" >"$room/out" 2>"$room/err" || got=$?
  [ "$got" = "$status" ] || fail "$* ended with $got instead of $status"
  [ ! -s "$room/out" ] || fail "$* printed on standard output: $(head -1 "$room/out")"
  [ -s "$room/err" ] || fail "$* did not say what is wrong"
}
# document COMMAND…: succeeds with one document and nothing else.
document() {
  "$holdfast" "$@" >"$room/out" 2>"$room/err" || fail "$* failed: $(cat "$room/err")"
  is_document "$*" <"$room/out"
  [ ! -s "$room/err" ] || fail "$* said beside its document: $(head -1 "$room/err")"
}

mapfile -t commands < <("$holdfast" --help | sed -n '/^Subcommands:/,$s/^  \([a-z]\+\)  .*/\1/p' | grep -vxE 'journal|projections')
[ "${#commands[@]}" -ge 7 ] || fail "--help names too few commands: ${commands[*]}"
for command in "${commands[@]}" "journal show" "journal replay" "journal export" "journal import" "projections rebuild" \
  "projections verify"; do
  read -ra words <<<"$command"
  said=$("$holdfast" "${words[@]}" --help 2>"$room/err") || fail "$command --help failed"
  [ ! -s "$room/err" ] || fail "$command --help spoke on standard error"
  grep -q -- '--json' <<<"$said" || fail "$command has no --json"
  refuses 2 "${words[@]}" --no-such-option
done
refuses 2
refuses 2 journal
refuses 2 nonsense

start --json
for _ in $(seq 100); do [ -s "$room/said" ] && break; sleep 0.1; done
[ "$(field url <"$room/said")" = "$url" ] || fail "serve --json did not say where it listens"
[ "$(field first_admin_key_file <"$room/said")" = "$data/admin.key" ] || fail "serve --json did not say where the first key is"
[ "$(wc -l <"$room/said")" = 1 ] || fail "serve --json said more than one line"
open_opera
document demo --url "$url" --key-file "$data/admin.key" --events 1 --json
document backup --url "$url" --key-file "$data/admin.key" --out "$room/backup" --json
refuses 1 audit --data "$data" --json
refuses 1 journal show --data "$data" --json
refuses 1 serve --data "$data" --listen 127.0.0.1:0
refuses 2 demo --url "$url" --key-file "$room/no-key"
refuses 2 serve --config "$room/no-config"
refuses 2 serve --listen somewhere
stop
start
for _ in $(seq 100); do [ -s "$room/said" ] && break; sleep 0.1; done
grep -qF "holdfast serves $url" "$room/said" || fail "serve did not say that it is ready: $(cat "$room/said")"
! grep -qF "admin API key" "$room/said" || fail "serve speaks of the first key a second time"
stop

document journal show --data "$data" --json
[ "$(python3 -c 'import json,sys; print(len(json.load(sys.stdin)["facts"]))' <"$room/out")" = "$("$holdfast" journal show --data "$data" | wc -l)" ] ||
  fail "show --json has other facts than its lines"
document journal show --data "$data" --limit 0 --json
document journal show --data "$data" --event "$event" --json
document journal replay --data "$data" --json
document journal export --data "$data" --out "$room/archive" --json
document journal import "$room/archive" --data "$room/imported" --json
document audit --data "$data" --json
document projections verify --data "$data" --json
document projections rebuild --data "$data" --json
document restore "$room/backup" --data "$room/restored" --json
refuses 2 audit --data "$room/nowhere"
for part in show replay; do
  refuses 2 journal "$part" --data "$data" --event tosca
  refuses 1 journal "$part" --data "$data" --event evt_0000000000001
done
refuses 2 journal export --data "$data" --event tosca --out "$room/none"
refuses 1 journal export --data "$data" --event evt_0000000000001 --out "$room/none"
refuses 1 journal import "$room/said" --data "$room/bad"
refuses 2 audit --data "$data" --event tosca
refuses 1 restore "$room/imported" --data "$room/bad"
refuses 1 backup --url http://127.0.0.1:1 --key-file "$data/admin.key" --out "$room/unmade"
[ ! -e "$room/unmade" ] || fail "a backup that failed left its directory behind"
refuses 2 projections
refuses 2 projections rebuild --data "$data" --only nonsense
refuses 1 projections verify --data "$room/restored"
refuses 2 bench P99
refuses 2 chaos --cycles 0
echo "every command minds its manners"
