#!/usr/bin/env bash
# The JavaScript reader of live seat maps, by itself and against a real server with the npm clients `ws` and `eventsource`: what it shows is
# what the server shows at the same seq, after 10,000 changes with disconnects and a restart; and the same over TLS.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
holdfast=${HOLDFAST_BIN:?}
node --test web/lib/seatstream/
needs_program "$holdfast"
needs_npm ws eventsource
# against ROOM CHANGES: the clients' tests, with a server in this directory.
against() {
  HOLDFAST_BIN=$holdfast HOLDFAST_ROOM=$1 HOLDFAST_CHANGES=$2 timeout 150 \
    node --test --test-timeout=120000 tests/live/real_server.test.mjs
}
mkdir "$room/plain" "$room/tls"
against "$room/plain" 10000

(
  cd "$room/tls"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout authority.key -out authority.pem -days 2 -subj /CN=authority
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout server.key -out server.csr -subj /CN=localhost
  printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >names
  openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile names -out server.pem
) 2>"$room/openssl.log" || { cat "$room/openssl.log"; exit 1; }
NODE_EXTRA_CA_CERTS=$room/tls/authority.pem against "$room/tls" 3000
