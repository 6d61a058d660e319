#!/usr/bin/env bash
# Kills the real server thirty times under a hundred clients, at random and at every failpoint; audits and checks every history.
set -euo pipefail
exec "${HOLDFAST_BUILD:?}/holdfast-failpoints" chaos --cycles "${HOLDFAST_CRASH_CYCLES:-30}" --seed "${HOLDFAST_SEED:-$(date +%s)}"
