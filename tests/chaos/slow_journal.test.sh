#!/usr/bin/env bash
# The journal of a real server becomes ten times slower, and quick again: its waiting room lets in fewer, and then as many as before.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
program=${HOLDFAST_BUILD:?}/holdfast-failpoints
needs_program "$program"
timeout 300 node tests/chaos/slow_journal.mjs "$program" "$room"
