#!/usr/bin/env bash
# Marks in a directory of their own: the data directory remembers where they are, and nobody can be led to a place where they are not.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/room.sh"

config() { printf '{"journal":{"marks_directory":"%s",%s}}' "$1" "$watermarks" >"$room/$2.json"; }
config "$room/first" first
config "$room/second" second
serve_with() { "$holdfast" serve --data "$data" --listen 127.0.0.1:0 --config "$room/$1.json"; }

start --config "$room/first.json"
open_opera
sell_one 1 1
expect 0 "backed up" "$holdfast" backup --url "$url" --key-file "$data/admin.key" --out "$room/backup"
sell_one 2 2
stop
[ -e "$room/first/high-water" ] && [ ! -e "$data/marks" ] || fail "the mark is not where the configuration wants it"
[ -z "$(find "$room/backup" -name '*mark*' -o -name 'high-water')" ] || fail "the backup says where marks are"

# Offline commands look there.
expect 0 "0 violations" "$holdfast" audit --data "$data"
said=$("$holdfast" journal replay --data "$data" --event "$event" --json 2>&1 >/dev/null)
[ -z "$said" ] || fail "replay complains of the mark: $said"

# A server that is not told looks there too, and goes on with the same mark.
before=$(sha256sum <"$room/first/high-water")
start
sell_one 3 3
stop
[ "$(sha256sum <"$room/first/high-water")" != "$before" ] || fail "the mark did not move"
[ ! -e "$data/marks" ] || fail "a second mark was begun"
expect 0 "0 violations" "$holdfast" audit --data "$data"

# Another place is taken only with the mark that belongs there.
expect 1 "$room/first instead" serve_with second
[ ! -e "$room/second" ] || fail "the refused start left something behind"
mkdir "$room/second"
cp "$room/first/high-water" "$room/second/"
start --config "$room/second.json"
sell_one 4 4
stop
expect 1 "older or of another journal" serve_with first
expect 0 "0 violations" "$holdfast" audit --data "$data"

# --marks beats what is remembered; with it a backup can be held against the newest mark.
mkdir "$room/nothing"
expect 1 "high-water mark" "$holdfast" audit --data "$data" --marks "$room/nothing"
expect 0 "0 violations" "$holdfast" audit --data "$data" --marks "$room/second"
expect 1 "was acknowledged" "$holdfast" audit --data "$room/backup" --marks "$room/second"
expect 0 "0 violations" "$holdfast" audit --data "$room/backup"
expect 2 "" "$holdfast" audit --data "$data" --marks "$room/nowhere"

# Import and restore keep marks where they are told, for good, and a mark on another disk outlives the data directory.
"$holdfast" journal export --data "$data" --out "$room/archive" >/dev/null
expect 0 "imported" "$holdfast" journal import "$room/archive" --data "$room/other" --marks "$room/other-marks"
[ -e "$room/other-marks/high-water" ] && [ ! -e "$room/other/marks" ] || fail "import put its mark elsewhere"
expect 0 "0 violations" "$holdfast" audit --data "$room/other"
expect 1 "were acknowledged here" "$holdfast" restore "$room/backup" --data "$room/empty" --marks "$room/second"
expect 1 "were acknowledged here" "$holdfast" restore "$room/backup" --data "$data"
expect 0 "restored" "$holdfast" restore "$room/backup" --data "$room/new" --marks "$room/new-marks"
expect 0 "0 violations" "$holdfast" audit --data "$room/new"
data=$room/new
start
stop
[ ! -e "$room/new/marks" ] || fail "the restored server began a second mark"

# The usual place is remembered by saying nothing, so that the directory can be moved.
mkdir "$room/new/marks"
cp "$room/new-marks/high-water" "$room/new/marks/"
config "$room/new/marks" usual
start --config "$room/usual.json"
stop
[ ! -e "$room/new/marks.location" ] || fail "the usual place is noted"

# A note that names nothing is not guessed at.
printf 'marks\n' >"$room/new/marks.location"
expect 1 "marks.location" "$holdfast" audit --data "$room/new"
expect 1 "marks.location" "$holdfast" serve --data "$room/new" --listen 127.0.0.1:0
echo "marks are found wherever they were put"
