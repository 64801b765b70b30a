#!/usr/bin/env bash
# Installs what is missing, builds Release and ASan+UBSan, and runs every test under both; build/PRESET/tests.xml has the times.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
scripts/install-packages.sh build test mpi data

if [[ ! tests/browser/node_modules/.package-lock.json -nt tests/browser/package-lock.json ]]; then
  (cd tests/browser && npm ci --no-audit --no-fund --ignore-scripts </dev/null)
fi

build() {
  local preset=$1 start=$SECONDS
  # Files are compiled eight at a time, so that the headers which they share are compiled once.
  cmake --preset "$@" -D INKLING_PRECOMPILE=ON -D CMAKE_UNITY_BUILD=ON
  cmake --build --preset "$preset"
  echo "test: built $preset in $((SECONDS - start)) s"
}

run() {
  local preset=$1 start=$SECONDS status=0
  ctest --preset "$preset" --parallel "$(nproc)" --output-junit tests.xml </dev/null || status=1
  echo "test: ran $preset in $((SECONDS - start)) s"
  return "$status"
}

build default -D INKLING_BUILD_TESTS=ON -D INKLING_BUILD_BENCH=ON -D INKLING_C=ON -D INKLING_PYTHON=ON \
  -D Python3_EXECUTABLE=/usr/bin/python3 -D INKLING_WASM="$(command -v em++ >/dev/null && echo ON || echo OFF)"
build asan -D INKLING_C=ON

status=0
run default || status=1
run asan || status=1
echo "test: everything took $((SECONDS / 60)) min"
exit "$status"
