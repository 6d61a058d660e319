#!/usr/bin/env bash
# What an operator is told and spared: secrets that were lost, and copies that nobody fetched.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/room.sh"

copies() { find "$data/backups" -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort; }
ask_for_backup() { curl -fsS -X POST "$url/v1/admin/backup" -H "Authorization: Bearer $token" | field backup_id; }
said() {
  for _ in $(seq 100); do grep -qF -- "$1" "$room/said" && return 0; sleep 0.1; done
  fail "serve did not say '$1' but: $(cat "$room/said")"
}

start
! grep -q warning "$room/said" || fail "a new directory has lost nothing: $(cat "$room/said")"
open_opera
sell_one 1 1
hold_seats() { post "/v1/events/$event/holds" hold-key-kept '{"seats":["A/1/7","A/1/8"]}'; }
hold_seats >"$room/first-answer"

# The newest three copies stay; what is not named as a copy is nobody's business.
mkdir -p "$data/backups/mine"
made=()
for _ in 1 2 3 4 5; do made+=("$(ask_for_backup)"); done
[ "$(copies)" = "$(printf '%s\n' "${made[@]:2}" mine | sort)" ] || fail "of ${made[*]} these are kept: $(copies)"
expect 0 "0 violations" "$holdfast" audit --data "$data/backups/${made[4]}"
# A copy that is fetched leaves nothing on the server.
kept=$(copies)
expect 0 "backed up" "$holdfast" backup --url "$url" --key-file "$data/admin.key" --out "$room/backup"
grep -qF "$(field backup_id <"$room/backup/backup.json")" <<<"$(copies)" && fail "the fetched copy is still there"
[ "$(copies | wc -l)" -le "$(wc -l <<<"$kept")" ] || fail "fetching left something behind: $(copies)"
stop

# What an interrupted one left goes at the next start; how many stay is the operator's choice.
mkdir "$data/backups/backup-1790000000000.tmp" "$data/backups/other.tmp"
printf '{"journal":{"backups_kept":1,%s}}' "$watermarks" >"$room/one.json"
start --config "$room/one.json"
[ ! -e "$data/backups/backup-1790000000000.tmp" ] || fail "an unfinished copy is still there"
[ -e "$data/backups/other.tmp" ] || fail "a stranger's directory was removed"
newest=$(ask_for_backup)
[ "$(copies)" = "$(printf '%s\n' "$newest" mine other.tmp | sort)" ] || fail "one copy should be kept, not: $(copies)"
stop

# Lost secrets: told on the terminal and in the log, with what is lost; a second start has lost nothing more.
cp -r "$data/secrets" "$room/secrets"
rm -r "$data/secrets"
start
said "ids.key was missing and has been made anew"
for name in token-1 subject requests ticket-1; do said "$name.key was missing"; done
grep -q '"level":"warning".*ids.key was missing' "$room/server.log" || fail "the log does not say that ids were lost"
stop
start
said "holdfast serves"
! grep -q "was missing" "$room/said" || fail "what was lost once is lost again: $(cat "$room/said")"
stop
rm -r "$data/secrets"
cp -r "$room/secrets" "$data/secrets"
rm "$data/secrets/requests.key"
start
said "requests.key was missing"
! grep -q "ids.key" "$room/said" || fail "what is there is not lost"
stop

# Restore says what a backup does not bring.
expect 0 "a backup has no secrets" "$holdfast" restore "$room/backup" --data "$room/restored"
[ "$("$holdfast" restore "$room/backup" --data "$room/again" --json | field secrets_missing.2)" = ids.key ] ||
  fail "restore --json does not say which secrets are missing"
cp -r "$room/secrets" "$room/restored/secrets"
said_again=$("$holdfast" restore "$room/backup" --data "$room/restored")
! grep -q secrets <<<"$said_again" || fail "the secrets are there: $said_again"
data=$room/restored
start
said "holdfast serves"
! grep -q "was missing" "$room/said" || fail "a restored server with its secrets has lost nothing"
# A request that was answered before the backup gets the same bytes, and nothing is decided twice.
hold_seats >"$room/second-answer"
cmp -s "$room/first-answer" "$room/second-answer" || fail "a repeated request is answered otherwise: $(cat "$room/second-answer")"
sell_one 2 2
stop
expect 0 "0 violations" "$holdfast" audit --data "$data"
expect 0 "for EUR 17,800" "$holdfast" audit --data "$data"
echo "lost secrets are told, copies are kept few"
