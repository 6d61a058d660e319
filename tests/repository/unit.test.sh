#!/usr/bin/env bash
# The service unit exposes the machine to at most 1.5 of 10, as systemd counts.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v systemd-analyze >/dev/null || {
  echo "skipped: there is no systemd-analyze here"
  exit 77
}
# Tenths: 15 is an exposure of 1.5.
systemd-analyze security --no-pager --offline=true --threshold=15 configs/holdfast.service
