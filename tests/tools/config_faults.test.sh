#!/usr/bin/env bash
# A configuration with values that contradict each other, or never could take effect, is refused with every fault in its place, and nothing starts.
set -euo pipefail
holdfast=${HOLDFAST_BIN:?}
[ -x "$holdfast" ] || { echo "skipped: $holdfast is not built"; exit 77; }
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

# refused CONFIGURATION TEXT...: the start ends with 2, names each text, and makes no data directory.
refused() {
  local said got=0 text
  printf '%s' "$1" >"$room/config.json"
  shift
  said=$(timeout 20 "$holdfast" serve --config "$room/config.json" --data "$room/data" --listen 127.0.0.1:0 2>&1) || got=$?
  [ "$got" = 2 ] || { echo "FAILED: ended with $got: $said" >&2; exit 1; }
  for text in "$@"; do
    grep -qF -- "$text" <<<"$said" || { echo "FAILED: did not say '$text' but: $said" >&2; exit 1; }
  done
  [ ! -e "$room/data" ] || { echo "FAILED: a data directory was made" >&2; exit 1; }
}

refused '{"http":{"allowed_origins":["https://tickets.example","https://tickets.example/"]}}' http.allowed_origins
refused '{"http":{"allowed_origins":["tickets.example"]}}' http.allowed_origins
refused '{"journal":{"no_new_holds_below_free_ratio":0.05,"settle_only_below_free_ratio":0.1}}' \
  journal.settle_only_below_free_ratio
refused '{"http":{"allowed_origins":["null"]},"journal":{"settle_only_below_free_ratio":0.9}}' http.allowed_origins \
  journal.settle_only_below_free_ratio
refused '{"traces":{"endpoint":"collector:4318"}}' traces.endpoint
refused '{"traces":{"endpoint":"http://name:word@collector","sample_ratio":1.5,"batch_spans_max":9,"queue_spans_max":8}}' \
  traces.endpoint traces.sample_ratio traces.batch_spans_max
refused '{"traces":{"headers_file":"headers","ratio":1}}' traces.headers_file traces.ratio
refused '{"receipts":{"tax_rounding":"up","tax_basis_points":10001,"tax_rate":20}}' receipts.tax_rounding receipts.tax_basis_points \
  receipts.tax_rate
refused '{"mail":{"url":"http://mail.example","from":"tickets","user":"opera","order_link":"https://tickets.example/"}}' \
  mail.url mail.from mail.user mail.order_link
refused '{"mail":{"retry_first_ms":0,"host":"x"},"webhooks":{"under_way_max":0,"anywhere":true}}' mail.retry_first_ms mail.host \
  webhooks.under_way_max webhooks.anywhere
refused '{"scoring":{"url":"http://risk.example/score","timeout_ms":0,"retry":1}}' scoring.url scoring.secret_file scoring.timeout_ms \
  scoring.retry
refused '{"scoring":{"secret_file":"scoring.secret"}}' scoring.url
refused '{"door":{"work":{"least":10,"most":9,"pressure_from_per_s":2,"pressure_full_per_s":1},"buckets":1,"address_join_burst":0}}' \
  door.work.least door.work.pressure_from_per_s door.buckets door.address_join_burst
refused '{"door":{"policy":{"challenge_from":102,"captcha_from":50,"sample_ratio":1.5,"refuse_from":0},"signs":{"no_agent_points":101,"files":""}}}' \
  door.policy.challenge_from door.policy.captcha_from door.captcha.url door.policy.sample_ratio door.policy.refuse_from \
  door.signs.no_agent_points door.signs.files
refused '{"door":{"captcha":{"url":"http://captcha.example/verify","site_key":"k","on_failure":"perhaps","retries":1}}}' \
  door.captcha.url secret_file door.captcha.on_failure door.captcha.retries
echo "every fault was named"
