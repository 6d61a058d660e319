#!/usr/bin/env bash
# The interface description is valid OpenAPI.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/environment.sh
redocly=node_modules/.bin/redocly
if [ ! -e http/openapi.json ] || [ ! -x "$redocly" ] || ! node_is_new_enough; then
  echo "skipped: needs http/openapi.json and what tools/setup.sh installs"
  exit 77
fi
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
"$redocly" lint --config tools/lint/redocly.yaml http/openapi.json
