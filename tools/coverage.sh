#!/usr/bin/env bash
# Shows that the tests of the domain and the naive model between them take every branch of what decides and folds: decide, apply, the
# choice of seats and the free runs it looks at, for events and for organisations. Fails below 100 %, and lists the branches not taken.
# Branches that only an exception takes do not count, nor do the arms of HF_CHECK, which end the process.
# Usage: tools/coverage.sh          HF_MODEL_SEQUENCES and HF_MODEL_SEED choose the model's sequences, here from a fixed seed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$HF_ROOT"

build=build/coverage
# What must be covered whole, as a pattern of paths; the rest of the domain is shown beside it.
whole='domain/(decide|apply|seat_choice|row_choice|free_runs|alternatives|organisation/(decide|apply))[a-z_]*\.[ch]pp'

# Two runs in one folder would count into each other's files.
mkdir -p build
exec 9>build/coverage.lock
flock --nonblock 9 || { say "waiting for another run to end" && flock 9; }

command -v gcovr >/dev/null || die "gcovr is missing: tools/setup.sh installs it"

say "building the domain and its tests with counters"
build_preset coverage test_domain test_model
find "$build" -name '*.gcda' -delete

say "running test_domain and test_model"
"$build/test_domain" >"$build/test_domain.log" 2>&1 || { cat "$build/test_domain.log" >&2; die "test_domain failed"; }
HF_MODEL_SEQUENCES=${HF_MODEL_SEQUENCES:-1000} HF_MODEL_SEED=${HF_MODEL_SEED:-1} \
  "$build/test_model" --test-case-exclude='*planted*' >"$build/test_model.log" 2>&1 || {
  cat "$build/test_model.log" >&2
  die "test_model failed"
}

# Only the domain's own objects are read. A branch that no test can take but an exception is none.
counted=(--root "$HF_ROOT" --exclude-throw-branches --exclude-unreachable-branches)
gcovr "${counted[@]}" --object-directory "$build/CMakeFiles/hf_domain.dir" --filter 'domain/' --json "$build/coverage.json" \
  "$build/CMakeFiles/hf_domain.dir"

say "the rest of the domain, for comparison"
gcovr "${counted[@]}" --add-tracefile "$build/coverage.json" --exclude "$whole" --branches
say "what must be covered whole"
status=0
gcovr "${counted[@]}" --add-tracefile "$build/coverage.json" --filter "$whole" --branches --fail-under-branch 100 || status=$?
if [ "$status" != 0 ]; then
  say "branches not taken"
  python3 tools/coverage_missing.py "$build/coverage.json" "$whole"
  die "branch coverage is below 100 %"
fi
