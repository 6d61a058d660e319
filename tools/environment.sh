# Sourced by the scripts of this folder: where the repository is, what is on PATH, how to speak.
# shellcheck shell=bash

HF_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export HF_ROOT
HF_JOBS=${HF_JOBS:-$(nproc)}

# Node from npm's `node` package, which tools/setup.sh installs where the system's is too old.
HF_NODE_PREFIX="$HF_ROOT/build/node"
if [ -x "$HF_NODE_PREFIX/node_modules/.bin/node" ]; then
  PATH="$HF_NODE_PREFIX/node_modules/.bin:$PATH"
fi
export PATH

say() { printf '==> %s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# node_is_new_enough: Node >= 20.19 is on PATH.
node_is_new_enough() {
  command -v node >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}

# configure_preset NAME: configures build/NAME once; later builds notice changed CMake files themselves.
configure_preset() {
  [ -f "$HF_ROOT/build/$1/build.ninja" ] || (cd "$HF_ROOT" && cmake --preset "$1" >"$HF_ROOT/build/$1.configure.log" 2>&1) || {
    cat "$HF_ROOT/build/$1.configure.log" >&2
    return 1
  }
}

# build_preset NAME TARGET…: builds, and says only what is worth reading.
build_preset() {
  local preset=$1
  shift
  mkdir -p "$HF_ROOT/build"
  configure_preset "$preset" || return 1
  cmake --build "$HF_ROOT/build/$preset" -j "$HF_JOBS" --target "$@"
}

# run_ctest BUILD ARGUMENT…: ctest as every stage runs it. A test that skips itself is not one that passed: what it needs, tools/setup.sh
# installs, so that here it fails the stage. HOLDFAST_MAY_SKIP is a pattern of the names that may (with grep -E); everything: '.'.
run_ctest() {
  local build=$1 said status=0
  shift
  said=$(mktemp)
  ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$HF_JOBS" "$@" | tee "$said" || status=${PIPESTATUS[0]}
  # "3/7 Test #12: name ......***Skipped   0.01 sec"
  local skipped
  skipped=$(sed -nE 's/^ *[0-9]+\/[0-9]+ +Test +#[0-9]+: +([^ ]+) .*\*\*\*Skipped.*/\1/p' "$said" | grep -Ev -- "${HOLDFAST_MAY_SKIP:-^$}" || true)
  rm -f "$said"
  if [ -n "$skipped" ]; then
    printf 'error: skipped, which is no pass (tools/setup.sh installs what they need; HOLDFAST_MAY_SKIP lets them): %s\n' "${skipped//$'\n'/ }" >&2
    [ "$status" != 0 ] || status=1
  fi
  return "$status"
}
