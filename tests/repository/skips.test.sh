#!/usr/bin/env bash
# Where every change is checked, a test that skips itself is a failure with its name, however many pass beside it.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/environment.sh
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

# suite STATUS…: a build directory whose tests t1, t2, … end with these statuses.
suite() {
  local number=0 status
  : >"$room/CTestTestfile.cmake"
  for status in "$@"; do
    number=$((number + 1))
    printf 'add_test(t%s sh -c "exit %s")\nset_tests_properties(t%s PROPERTIES SKIP_RETURN_CODE 77)\n' \
      "$number" "$status" "$number" >>"$room/CTestTestfile.cmake"
  done
}

# outcome: what run_ctest says of the suite, as a status.
outcome() {
  local status=0
  run_ctest "$room" >"$room/said" 2>&1 || status=$?
  echo "$status"
}

expect() {
  [ "$1" = "$2" ] || { echo "$3: status $2"; cat "$room/said"; exit 1; }
}

unset HOLDFAST_MAY_SKIP
suite 0 0 0
expect 0 "$(outcome)" "all pass"
suite 0 77 0 77
[ "$(outcome)" != 0 ] || { echo "two skipped, and it passed"; exit 1; }
grep -q '^error: skipped.*: t2 t4$' "$room/said" || { cat "$room/said"; exit 1; }
export HOLDFAST_MAY_SKIP='^t[24]$'
expect 0 "$(outcome)" "they may be skipped"
export HOLDFAST_MAY_SKIP='^t2$'
[ "$(outcome)" != 0 ] || { echo "one of two may be skipped, and it passed"; exit 1; }
suite 0 1 0
[ "$(outcome)" != 0 ] || { echo "one failed, and it passed"; exit 1; }
