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
