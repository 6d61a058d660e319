#!/usr/bin/env bash
# Installs what it takes to build, run, test and measure Holdfast on Debian 12. Safe to repeat; quick when nothing is missing.
# Usage: tools/setup.sh
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

packages=(
  # the build
  build-essential ca-certificates ccache cmake git mold ninja-build pkg-config protobuf-compiler python3
  # the libraries
  doctest-dev libbenchmark-dev libboost1.81-dev libbrotli-dev libcaf-dev libcairo2-dev libcli11-dev libcmark-dev libcurl4-openssl-dev
  libexpected-dev libglib2.0-dev libhiredis-dev libjemalloc-dev libpango1.0-dev libpng-dev libpq-dev libprotobuf-dev libqrencode-dev
  librapidcheck-dev librocksdb-dev libspdlog-dev libssl-dev libxapian-dev nlohmann-json3-dev prometheus-cpp-dev zlib1g-dev
  # what receipts are written with: letters, and the rules of time zones
  fonts-dejavu-core tzdata
  # the checks; Prometheus and systemd for promtool and systemd-analyze
  clang-format-14 clang-tidy-16 curl e2fsprogs gcovr mount openssl poppler-utils procps prometheus strace systemd util-linux xfsprogs
  # the peers of the benchmarks
  postgresql redis-server
)
# Packages above that start a service when installed. We only need their programs.
services=(prometheus postgresql redis-server)

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "packages are missing (${missing[*]}), and installing them needs root: run this as root, or install sudo"
  fi
}

find_missing() {
  missing=()
  local have
  have=$(dpkg-query -W -f='${binary:Package} ${db:Status-Status}\n' 2>/dev/null | sed -n 's/^\([^: ]*\)[^ ]* installed$/\1/p')
  local name
  for name in "${packages[@]}"; do
    grep -qxF -- "$name" <<<"$have" || missing+=("$name")
  done
  # A Node from elsewhere brings its own npm and conflicts with Debian's.
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
}

# Debian starts a service when its package is installed, unless this file says no.
policy=/usr/sbin/policy-rc.d
policy_is_ours=no
forbid_service_starts() {
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    policy_is_ours=yes
  fi
}
allow_service_starts() {
  if [ "$policy_is_ours" = yes ]; then
    as_root rm -f "$policy"
    policy_is_ours=no
  fi
}

# What was there before keeps its state; what came with us does not start at the next boot either.
keep_new_services_off() {
  local name
  for name in "${services[@]}"; do
    if [[ " ${missing[*]} " == *" $name "* ]] && command -v systemctl >/dev/null; then
      as_root systemctl disable --quiet "$name" 2>/dev/null || true
    fi
  done
}

install_packages() {
  find_missing
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "this script knows Debian 12 only; install by hand: ${missing[*]}"
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  trap allow_service_starts EXIT
  forbid_service_starts
  as_root apt-get -q update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 install --no-install-recommends "${missing[@]}"
  allow_service_starts
  keep_new_services_off
}

install_node() {
  node_is_new_enough && return 0
  say "Node $(node --version) is older than 20.19: installing Node 22 into build/node (the scripts here put it on PATH)"
  mkdir -p "$HF_NODE_PREFIX"
  npm install --loglevel=error --no-audit --no-fund --no-package-lock --prefix "$HF_NODE_PREFIX" node@22
  PATH="$HF_NODE_PREFIX/node_modules/.bin:$PATH"
  node_is_new_enough || die "npm installed a Node that does not start; see $HF_NODE_PREFIX"
}

# Tools of the checks that npm brings, exactly as package-lock.json says.
install_npm_packages() {
  local stamp="$HF_ROOT/node_modules/.holdfast-lock" wanted
  wanted=$(sha256sum <"$HF_ROOT/package-lock.json")
  [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
  say "installing the npm packages of package-lock.json"
  (cd "$HF_ROOT" && npm ci --loglevel=error --no-audit --no-fund --ignore-scripts)
  printf '%s\n' "$wanted" >"$stamp"
}

install_packages
install_node
install_npm_packages
say "everything that Holdfast needs is installed"
