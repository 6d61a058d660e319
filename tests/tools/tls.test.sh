#!/usr/bin/env bash
# A server that speaks TLS only and wants client certificates, and the commands that talk to it.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/room.sh"

cd "$room"
data=data
# sign NAME: a key and a certificate of the room's own authority.
sign() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1"
  openssl x509 -req -in "$1.csr" -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile names -out "$1.pem"
}
{
  printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >names
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout authority.key -out authority.pem -days 2 -subj /CN=authority
  sign server
  sign till
} 2>"$room/openssl.log" || fail "no certificates could be made: $(cat "$room/openssl.log")"

tls() { printf '{"http":{"tls":{%s}},"journal":{%s}}' "$1" "$watermarks" >config.json; }
refused() { # EXIT TEXT TLS
  tls "$3"
  expect "$1" "$2" timeout 20 "$holdfast" serve --config config.json --data "$data" --listen 127.0.0.1:0
}
refused 2 key_file "\"certificate_file\":\"$room/server.pem\""
refused 2 certificate_file "\"key_file\":\"$room/server.key\""
refused 2 client_authority_file "\"client_authority_file\":\"$room/authority.pem\""
refused 1 "$room/none.pem" "\"certificate_file\":\"$room/none.pem\",\"key_file\":\"$room/server.key\""
refused 1 "till.key" "\"certificate_file\":\"$room/server.pem\",\"key_file\":\"$room/till.key\""

tls "\"certificate_file\":\"$room/server.pem\",\"key_file\":\"$room/server.key\",\"client_authority_file\":\"$room/authority.pem\""
"$holdfast" serve --config config.json --data "$data" --listen 127.0.0.1:0 --json >said 2>server.log &
server=$!
for _ in $(seq 600); do [ -s said ] && break; kill -0 "$server" 2>/dev/null || fail "$(tail -3 server.log)"; sleep 0.1; done
url=$(field url <said)
[[ $url == https://127.0.0.1:* ]] || fail "a TLS server is at $url"
known=(--cacert authority.pem --cert till.pem --key till.key)
[ "$(curl -fsS --max-time 10 "${known[@]}" "$url/readyz" | field ready)" = True ] || fail "a client with a certificate is not served"
expect 56 "certificate required" curl -sS --max-time 10 --cacert authority.pem "$url/readyz"
expect 35 "" curl -sS --max-time 10 "${known[@]}" --tls-max 1.1 "$url/readyz"
expect 52 "" curl -sS --max-time 10 "http://${url#https://}/readyz"

to=(--url "$url" --key-file "$data/admin.key")
certificates=(--authority-file authority.pem --certificate-file till.pem --certificate-key-file till.key)
expect 1 "certificate" "$holdfast" backup "${to[@]}" --out backup
expect 1 "" "$holdfast" backup "${to[@]}" --out backup --authority-file authority.pem
expect 2 "certificate-key-file" "$holdfast" backup "${to[@]}" --out backup --certificate-file till.pem
expect 0 "Tosca" "$holdfast" demo "${to[@]}" "${certificates[@]}" --events 8 --seed 3
expect 0 "backed up" "$holdfast" backup "${to[@]}" "${certificates[@]}" --out backup
# Where a copy is does not depend on where the server was started.
made=$(curl -fsS --max-time 10 "${known[@]}" -X POST "$url/v1/admin/backup" -H "Authorization: Bearer $(cat "$data/admin.key")")
[ "$(field path <<<"$made")" = "$room/data/backups/$(field backup_id <<<"$made")" ] || fail "the copy is said to be elsewhere: $made"
stop
expect 0 "0 violations" "$holdfast" audit --data backup
echo "TLS with client certificates is served, and spoken by the commands"
