#!/usr/bin/env bash
# The gateway simulator as a program: what it says, who may use it, and that what it has answered outlives kill -9.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../tools/room.sh"
gateway=$room/gateway

# begin [OPTION…]: the simulator over $gateway; ready when this returns. Its address is $url, its key $key.
begin() {
  : >"$room/said"
  "$holdfast" gateway --data "$gateway" --listen "127.0.0.1:${port:-0}" --json "$@" >"$room/said" 2>>"$room/gateway.log" &
  server=$!
  for _ in $(seq 300); do
    [ -s "$room/said" ] && break
    kill -0 "$server" 2>/dev/null || fail "the gateway did not start: $(tail -3 "$room/gateway.log")"
    sleep 0.1
  done
  url=$(field url <"$room/said")
  port=${url##*:}
  key=$(cat "$gateway/secret.key")
}
# ask METHOD PATH [CURL OPTION…]
ask() { curl -sS -X "$1" "$url$2" -u "$key:" "${@:3}"; }

expect 2 "--data DIR is needed" "$holdfast" gateway
expect 2 "--listen must be" "$holdfast" gateway --data "$gateway" --listen nonsense
expect 2 "--webhook-url must begin" "$holdfast" gateway --data "$gateway" --webhook-url example.com
expect 1 "is no loopback address" "$holdfast" gateway --data "$gateway" --listen 0.0.0.0:0
echo '{"rules":[{"do":"explode"}]}' >"$room/bad.json"
expect 2 "rule 1: do must be one of" "$holdfast" gateway --data "$gateway" --faults "$room/bad.json"
expect 1 "cannot read" "$holdfast" gateway ledger "$room/none"

begin
[ "$(stat -c %a "$gateway/secret.key" "$gateway/webhook.secret" | sort -u)" = 600 ] || fail "the secrets are not for their owner alone"
[ "$(field cut_bytes <"$room/said")" = 0 ] || fail "a new ledger had something to cut"
[ "$(curl -sS -o /dev/null -w '%{http_code}' "$url/v1/payment_intents")" = 401 ] || fail "somebody without a key was let in"
expect 1 "in use" "$holdfast" gateway --data "$gateway" --json
[ "$(ask POST /v1/payment_intents -d amount=5000 -d currency=eur -H 'Idempotency-Key: one' | field status)" = requires_payment_method ] ||
  fail "no payment was made"
first=$(ask POST /v1/payment_intents -d amount=5000 -d currency=eur -H 'Idempotency-Key: one' | field id)

# Cycles of load and sudden death: every answer that anybody had is in the ledger afterwards, once.
printf '%s\n' "$first" >"$room/answered"
for cycle in 1 2 3 4 5; do
  (
    for i in $(seq 1000); do
      ask POST /v1/payment_intents -d amount=$((1000 + i)) -d currency=eur -H "Idempotency-Key: $cycle-$i" 2>/dev/null | field id 2>/dev/null >>"$room/answered" ||
        break
    done
  ) &
  load=$!
  for _ in $(seq 600); do
    [ "$(wc -l <"$room/answered")" -ge $((cycle * 8)) ] && break
    sleep 0.05
  done
  stop KILL
  wait "$load" || true
  begin
done
answered=$(grep -c . "$room/answered")
[ "$answered" -ge 40 ] || fail "only $answered payments were answered in five cycles"
"$holdfast" gateway ledger "$gateway" >"$room/ledger"
python3 - "$room/ledger" "$room/answered" <<'PY'
import json, sys
kept = [json.loads(line)["id"] for line in open(sys.argv[1])]
answered = set(open(sys.argv[2]).read().split())
assert len(kept) == len(set(kept)), "an id twice"
assert answered <= set(kept), f"lost: {answered - set(kept)}"
assert len(kept) <= len(answered) + 5, "more than one payment a cycle that nobody had an answer for"
PY
again=$(ask POST /v1/payment_intents -d amount=5000 -d currency=eur -H 'Idempotency-Key: one' | field id)
[ "$again" = "$first" ] || fail "the key's answer was forgotten"
[ "$("$holdfast" gateway ledger "$gateway" --json | field payments.0.id)" = "$first" ] || fail "--json does not show the first payment"
[ "$("$holdfast" gateway ledger "$gateway" --records | head -1 | field kind)" = opened ] || fail "--records does not show the first record"

# What is to go wrong can be said at the start and while it runs; an outage ends by itself.
stop
echo '{"rules":[{"name":"declines","on":"confirm","do":"decline","text":"insufficient_funds"}] /* comments are fine */}' >"$room/faults.json"
begin --faults "$room/faults.json"
said=$(ask POST "/v1/payment_intents/$first/confirm" -d payment_method=pm_card_visa)
[ "$(field error.decline_code <<<"$said")" = insufficient_funds ] || fail "the script did not decline: $said"
[ "$(ask GET /_gateway/counts | field rules.declines.struck)" = 1 ] || fail "the decline was not counted"
[ "$(ask PUT /_gateway/faults -d '{}')" = '{}' ] || fail "the faults cannot be changed"
[ "$(ask PUT /_gateway/faults -d '{"x":1}' | field error.message)" = "faults: x is unknown" ] || fail "a script that is none was taken"
[ "$(ask POST /_gateway/outage -d '{"for_ms":500}')" = '{}' ] || fail "there is no outage"
ask GET /v1/events >/dev/null 2>&1 && fail "the gateway answered during its outage"
for _ in $(seq 100); do ask GET /v1/events >/dev/null 2>&1 && break; sleep 0.1; done
ask GET /v1/events >/dev/null || fail "the outage did not end"
kill -TERM "$server"
wait "$server" || fail "SIGTERM did not end the gateway with 0"
server=
