#!/usr/bin/env bash
# The repository keeps its own rules, and each of those rules can fail.
set -euo pipefail
cd "$(dirname "$0")/../.."
python3 tools/lint/lint_test.py
python3 tools/lint/lint.py
