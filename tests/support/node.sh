# Sourced by tests that run Node beside a program of ours. They run in the repository's root, have a directory $room that goes when they end, and
# are skipped (77) where something is missing.
# shellcheck shell=bash

root=${HOLDFAST_ROOT:?}
. "$root/tools/environment.sh"
cd "$root" || exit 1

skip() {
  echo "skipped: $*"
  exit 77
}

# needs_program FILE
needs_program() { [ -x "$1" ] || skip "$1 is not built"; }

# needs_npm PACKAGE…
needs_npm() {
  local name
  for name in "$@"; do
    [ -d "$root/node_modules/$name" ] || skip "the npm packages are not installed"
  done
}

node_is_new_enough || skip "Node 20.19 or newer is not on PATH"
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
