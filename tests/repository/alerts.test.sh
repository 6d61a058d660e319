#!/usr/bin/env bash
# The alert rules are well formed, and fire when and only when they should.
set -euo pipefail
cd "$(dirname "$0")/../../configs"
command -v promtool >/dev/null || {
  echo "skipped: there is no promtool here"
  exit 77
}
promtool check rules alerts.yml
promtool test rules alerts_test.yml
