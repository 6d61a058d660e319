#!/usr/bin/env bash
# Builds Holdfast, starts it on http://localhost:8080 with sample events, and says what to try. Ctrl-C stops it. Safe to repeat.
# Usage: tools/run.sh [--data DIR] [--listen ADDR:PORT] [-- further options of `holdfast serve`]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

data="$HF_ROOT/data"
listen=127.0.0.1:8080
while [ $# -gt 0 ]; do
  case $1 in
    --data) data=${2:?--data needs a directory}; shift 2 ;;
    --listen) listen=${2:?--listen needs ADDR:PORT}; shift 2 ;;
    -h | --help) sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
    --) shift; break ;;
    *) printf 'usage: tools/run.sh [--data DIR] [--listen ADDR:PORT] [-- options of serve]\n' >&2; exit 2 ;;
  esac
done
host=${listen%:*}
port=${listen##*:}
case $host in 0.0.0.0 | 127.0.0.1) host=localhost ;; esac
url="http://$host:$port"
holdfast="$HF_ROOT/build/release/holdfast"
ready_seconds_max=120

port_is_taken() { (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null; }

stopping=no
stop() {
  if [ "$stopping" = no ] && [ -n "${server:-}" ] && kill -0 "$server" 2>/dev/null; then
    stopping=yes
    printf '\n'
    say "stopping (what is in flight is finished first)"
    kill -TERM "$server"
  fi
}

wait_until_ready() {
  local deadline=$((SECONDS + ready_seconds_max))
  until curl -fsS -o /dev/null --max-time 2 "$url/readyz" 2>/dev/null; do
    kill -0 "$server" 2>/dev/null || die "the server ended before it was ready; what it said is above"
    [ "$SECONDS" -lt "$deadline" ] || die "the server was not ready within $ready_seconds_max s; $url/readyz says why"
    sleep 0.1
  done
}

# Once a data directory: the mark is written after the last event.
load_demo() {
  local mark="$data/demo.loaded"
  if [ -e "$mark" ]; then
    return 0
  fi
  say "loading sample venues and events"
  "$holdfast" demo --url "$url" --key-file "$data/admin.key"
  date -u +%FT%TZ >"$mark"
}

first_event() {
  curl -fsS -H "Authorization: Bearer $(cat "$data/admin.key")" "$url/v1/events?limit=1" 2>/dev/null |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["items"][0]["event_id"])' 2>/dev/null || printf 'evt_…'
}

say_what_to_try() {
  local event
  event=$(first_event)
  cat <<TEXT

Holdfast is ready on $url          interface: $url/docs          Ctrl-C stops it

  EVENT=$event
  TOKEN=\$(curl -s -X POST $url/v1/sessions | python3 -c 'import json,sys;print(json.load(sys.stdin)["token"])')
  curl -s $url/v1/events/\$EVENT
  curl -s -X POST $url/v1/events/\$EVENT/holds -H "Authorization: Bearer \$TOKEN" -H "Idempotency-Key: try-\$(date +%s%N)" \\
       -H 'Content-Type: application/json' -d '{"best_available":{"quantity":2}}'
  curl -s $url/v1/events/\$EVENT/seats | head -c 600

The first admin key is in $data/admin.key. Kill the server with -9, start it again, and every hold is still there.
Check it offline, after stopping: $holdfast audit --data $data
TEXT
}

"$HF_ROOT/tools/setup.sh"
say "building (the first time takes some minutes)"
build_preset release holdfast
if port_is_taken; then
  die "port $port on $host is in use: stop what uses it, or choose another with  tools/run.sh --listen 127.0.0.1:PORT"
fi

[[ " $* " == *" --config"* ]] || set -- --config "$HF_ROOT/configs/demo.json" "$@"
mkdir -p "$data"
trap stop INT TERM
trap 'stop; wait' EXIT
# In a session of its own, so that Ctrl-C reaches this script only and the server is stopped once, by SIGTERM.
# A demo that was stopped for a day goes on: nobody has to vouch for this machine's clock.
setsid "$holdfast" serve --data "$data" --listen "$listen" --accept-clock "$@" &
server=$!
wait_until_ready
load_demo
say_what_to_try

# A trapped signal ends the first wait; the second takes the server's own exit status.
status=0
wait "$server" || status=$?
if kill -0 "$server" 2>/dev/null; then
  status=0
  wait "$server" || status=$?
fi
trap - EXIT
say "stopped"
exit "$status"
