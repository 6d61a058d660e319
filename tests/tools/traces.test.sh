#!/usr/bin/env bash
# Traces of a real server over real sockets: what a collector gets of a hold, with the right parents and times; that a collector which is
# away or refuses changes nothing for clients and is counted; that nothing is sent unless an operator says where to.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/room.sh"

collector=
end_collector() { [ -z "$collector" ] || { kill "$collector" 2>/dev/null || true; wait "$collector" 2>/dev/null || true; collector=; }; }
trap 'end_collector; finish' EXIT
collector_port=$(free_port)
echo 200 >"$room/status"
: >"$room/spans"
# start_collector [CERTIFICATE KEY]
start_collector() {
  : >"$room/collector" # of the one before
  python3 "$here/trace_collector.py" "$collector_port" "$room/spans" "$room/status" "$@" >"$room/collector" 2>"$room/collector.log" &
  collector=$!
  for _ in $(seq 600); do grep -q ready "$room/collector" && return 0; sleep 0.1; done
  fail "the collector did not start: $(cat "$room/collector.log")"
}
metric() { curl -fsS "$url/metrics" | awk -v name="$1" '$1 == name { print int($2) }'; }
# await_metric NAME AT_LEAST
await_metric() {
  local now
  for _ in $(seq 600); do
    now=$(metric "$1")
    [ "${now:-0}" -ge "$2" ] && return 0
    sleep 0.1
  done
  fail "$1 stayed at ${now:-nothing}, below $2"
}
# hold SEAT TRACE_ID [FLAGS]: the body of the answer
hold() {
  curl -fsS -X POST "$url/v1/events/$event/holds" -H "Authorization: Bearer $token" -H "Idempotency-Key: hold-key-$1" \
    -H 'Content-Type: application/json' -H "traceparent: 00-$2-b7ad6b7169203331-${3:-01}" -d "{\"seats\":[\"A/1/$1\"]}"
}
trace() { printf '0af7651916cd43dd8448eb21%08x' "$1"; }
seen() { grep -c "$1" "$room/spans" || true; }

# Off, as it is without a word about it: a collector stands by at the usual place and hears nothing.
start_collector
start
open_opera
hold 1 "$(trace 1)" >/dev/null
[ -z "$(metric holdfast_traced_requests_total)" ] || fail "a server without traces counts some"
stop
[ ! -s "$room/spans" ] || fail "spans were sent: $(head -c 300 "$room/spans")"

(umask 077 && printf 'X-Tenant: opera\n' >"$room/headers")
cat >"$room/config.json" <<JSON
{"journal": {$watermarks}, "traces": {"endpoint": "http://127.0.0.1:$collector_port", "headers_file": "$room/headers", "service_name": "box office",
  "sample_ratio": 0, "batch_delay_ms": 20, "retry_for_ms": 300, "queue_spans_max": 64, "batch_spans_max": 16}}
JSON

# One trace, whole.
start --config "$room/config.json"
hold 2 "$(trace 2)" >/dev/null
for _ in $(seq 600); do
  got=0
  said=$(python3 "$here/trace_check.py" "$room/spans" "$(trace 2)" b7ad6b7169203331 "$event" 2>&1) || got=$?
  [ "$got" = 3 ] || break
  sleep 0.1
done
[ "$got" = 0 ] || fail "the trace is not as it should be: $said"
await_metric holdfast_traced_requests_total 1
await_metric holdfast_trace_spans_exported_total 6

# "Not sampled" is followed, and without a word the ratio is.
hold 3 "$(trace 3)" 00 >/dev/null
post "/v1/events/$event/holds" hold-key-4 '{"seats":["A/1/4"]}' >/dev/null
hold 5 "$(trace 5)" >/dev/null
for _ in $(seq 600); do [ "$(seen "$(trace 5)")" = 0 ] || break; sleep 0.1; done
[ "$(seen "$(trace 5)")" != 0 ] || fail "a trace did not come"
[ "$(seen "$(trace 3)")" = 0 ] || fail "a trace came that its client did not want"
[ "$(metric holdfast_traced_requests_total)" = 2 ] || fail "$(metric holdfast_traced_requests_total) requests are traced"
[ "$(metric 'holdfast_trace_spans_dropped_total{reason="unreachable"}')" = 0 ] || fail "spans were dropped"

# A collector that refuses, then none at all: holds go on, and what is lost is counted.
echo 400 >"$room/status"
hold 6 "$(trace 6)" >/dev/null
await_metric 'holdfast_trace_spans_dropped_total{reason="refused"}' 4
end_collector
for seat in 7 8 9 10; do
  [ "$(hold "$seat" "$(trace "$seat")" | field status)" = held ] || fail "no hold without a collector"
done
await_metric 'holdfast_trace_spans_dropped_total{reason="unreachable"}' 4
await_metric holdfast_trace_export_failures_total 2
curl -fsS -o /dev/null "$url/readyz" || fail "a server without a collector is not ready"
grep -q 'the collector takes no spans' "$room/server.log" || fail "the log does not say that the collector is away"

# It comes back, and the end of the server brings what waits.
echo 200 >"$room/status"
start_collector
sed -i 's/"batch_delay_ms": 20/"batch_delay_ms": 600000/; s/"batch_spans_max": 16/"batch_spans_max": 64/' "$room/config.json"
stop
start --config "$room/config.json"
hold 11 "$(trace 11)" >/dev/null
await_metric holdfast_trace_queue_spans 5
[ "$(seen "$(trace 11)")" = 0 ] || fail "spans did not wait"
stop
python3 "$here/trace_check.py" "$room/spans" "$(trace 11)" b7ad6b7169203331 "$event" || fail "the last trace is not whole"
[ "$(seen "$(trace 7)")" = 0 ] || fail "what was counted as dropped has come"

# Over TLS, from a collector of the right authority only.
{
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$room/collector.key" -out "$room/collector.pem" \
    -days 2 -subj /CN=collector -addext subjectAltName=IP:127.0.0.1
} 2>"$room/openssl.log" || fail "no certificate could be made: $(cat "$room/openssl.log")"
end_collector
start_collector "$room/collector.pem" "$room/collector.key"
sed -i 's#http://127#https://127#; s/"batch_delay_ms": 600000/"batch_delay_ms": 20/' "$room/config.json"
start --config "$room/config.json"
hold 12 "$(trace 12)" >/dev/null
await_metric 'holdfast_trace_spans_dropped_total{reason="unreachable"}' 4
stop
[ "$(seen "$(trace 12)")" = 0 ] || fail "a collector that nobody vouches for got spans"
sed "s#\"headers_file\"#\"authority_file\": \"$room/collector.pem\", \"headers_file\"#" "$room/config.json" >"$room/tls.json"
start --config "$room/tls.json"
hold 13 "$(trace 13)" >/dev/null
await_metric holdfast_trace_spans_exported_total 6
stop
[ "$(seen "$(trace 13)")" != 0 ] || fail "a collector over TLS got nothing"

# Nothing of it is in the journal's form: an auditor that knows nothing of traces reads all of it.
expect 0 "0 violations" "$holdfast" audit --data "$data"

# A file of headers that is not there, or is none, stops the start without telling what is in it.
printf 'secret-word\n' >"$room/headers"
for file in "$room/headers" "$room/nothing"; do
  sed "s#\"headers_file\": \"[^\"]*\"#\"headers_file\": \"$file\"#" "$room/config.json" >"$room/other.json"
  got=0
  said=$("$holdfast" serve --config "$room/other.json" --data "$data" --listen 127.0.0.1:0 2>&1) || got=$?
  [ "$got" = 1 ] || fail "started with $file: $got"
  grep -qF "$file" <<<"$said" || fail "does not name $file: $said"
  ! grep -qF secret-word <<<"$said" || fail "tells what is in $file"
done
echo "traces arrive whole, and are nobody's burden"
