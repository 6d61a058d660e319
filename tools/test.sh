#!/usr/bin/env bash
# Runs every check, in stages with a time budget each; ends with the summary of all tests. Safe to repeat.
# A test that skips itself fails its stage, unless HOLDFAST_MAY_SKIP names it.
# Usage: tools/test.sh              all stages, as every change has to pass them
#        tools/test.sh STAGE…       only these: setup checks build tidy sanitizers tests, or threads (ThreadSanitizer)
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$HF_ROOT" || exit 1

# What a stage may take at most, in seconds, on two slow cores with nothing built before. All that every change has to pass takes less than 45 minutes on two fast ones.
declare -A budget=([setup]=300 [checks]=60 [build]=1800 [tidy]=200 [sanitizers]=2100 [threads]=900 [tests]=600)
stages=(setup checks build tidy sanitizers tests)

stage_setup() { tools/setup.sh; }

# Format, lint, interface description, alert rules, service unit: they need no build.
stage_checks() {
  configure_preset release &&
    run_ctest build/release -L '^repository$'
}

# One build for all tests, the one that is shipped, so that the crash tests kill the real thing.
stage_build() { build_preset release all; }

# Status 77, no clang-tidy here, is no pass either: tools/setup.sh installs it.
stage_tidy() { tools/lint/tidy.py --build build/release --seconds 170; }

# run_sanitized PRESET LABEL
run_sanitized() {
  build_preset "$1" "$2_tests" && run_ctest "build/$1" -L "^$2\$"
}
stage_sanitizers() { run_sanitized asan asan; }
stage_threads() { run_sanitized tsan tsan; }

stage_tests() { run_ctest build/release; }

# run_stage NAME: in a process of its own, so that the budget can end all of it.
run_stage() {
  local started=$SECONDS status=0
  say "$1 (at most ${budget[$1]} s)"
  timeout --kill-after=30 "${budget[$1]}" bash "${BASH_SOURCE[0]}" --inside "$1" || status=$?
  [ "$status" != 124 ] || printf 'error: %s was not done within its %s s\n' "$1" "${budget[$1]}" >&2
  elapsed=$((SECONDS - started))
  # The summary of the tests stays the last thing said.
  [ "$1" = tests ] && [ "$status" = 0 ] || say "$1: $([ "$status" = 0 ] && echo passed || echo FAILED) in $elapsed s"
  return "$status"
}

if [ "${1:-}" = --inside ]; then
  "stage_$2"
  exit
fi
[ $# = 0 ] || stages=("$@")
mkdir -p build
failed=() times=()
for stage in "${stages[@]}"; do
  [ -n "${budget[$stage]:-}" ] || die "there is no stage '$stage'; there are: ${!budget[*]}"
  if [ "$stage" = tests ] && [ "${#times[@]}" -gt 0 ]; then
    say "so far: ${times[*]}"
  fi
  run_stage "$stage" || {
    failed+=("$stage")
    case $stage in setup | build) break ;; esac
  }
  times+=("$stage ${elapsed}s")
done
[ "${#failed[@]}" = 0 ] || die "failed: ${failed[*]} (each runs alone with tools/test.sh STAGE)"
