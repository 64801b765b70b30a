#!/usr/bin/env bash
# Shows that the tests notice small faults: makes each change of scripts/mutants.txt, compiles and tests what it concerns.
#
#     scripts/mutants.sh [SUITE...]        all suites, or some: core, nn, read, ...; BUILD is build/default unless set
#
# Ends with 1 when less than nine tenths of the changes are noticed. A change takes a few seconds.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
build=${BUILD:-build/default}

suites=("$@")
if [[ ${#suites[@]} == 0 ]]; then
  mapfile -t suites < <(grep -v '^#' scripts/mutants.txt | cut -sf1 | sort -u)
fi
[[ -f $build/build.ninja ]] || cmake --preset default -D INKLING_BUILD_TESTS=ON
ninja -C "$build" "${suites[@]/#/inkling-test-}"
exec python3 scripts/mutants.py "$build" "${suites[@]}"
