#!/usr/bin/env bash
# The types that openapi-typescript makes of the description fit what a real server is asked and answers: the compiler accepts every
# recorded exchange, and refuses each of them with a mistake in it.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
holdfast=${HOLDFAST_BIN:?}
needs_program "$holdfast"
needs_npm openapi-typescript typescript

timeout 60 node tests/client/record.mjs "$holdfast" "$room"
# What has a default may be left out of a request.
node node_modules/openapi-typescript/bin/cli.js "$room/openapi.json" -o "$room/holdfast.ts" --default-non-nullable false >"$room/types.log" 2>&1 ||
  { cat "$room/types.log"; exit 1; }
cp tests/client/types.ts "$room"

# check FILE…: whether the compiler finds nothing.
check() {
  node "$root/node_modules/typescript/bin/tsc" --noEmit --strict --exactOptionalPropertyTypes --target es2022 --module nodenext "$@"
}
echo '{"type": "module"}' >"$room/package.json"
cd "$room"
check recorded.ts mistaken.ts || { echo "the recorded answers and the generated types differ"; exit 1; }

# It is the compiler that refuses a mistake, not the comment that foretells it.
grep -v '@ts-expect-error' mistaken.ts >refused.ts
if check refused.ts >refused.log; then
  echo "the compiler accepted answers with mistakes"
  exit 1
fi
mistakes=$(grep -c '^export' refused.ts)
refused=$(grep -o '^refused.ts([0-9]*' refused.log | sort -u | wc -l)
[ "$mistakes" = "$refused" ] || { echo "of $mistakes mistakes, $refused were refused"; exit 1; }
echo "$mistakes mistakes refused"
