#!/usr/bin/env bash
# Installs what is missing, builds Release and ASan+UBSan, and runs every test under both.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
scripts/install-packages.sh build test data

if [[ ! tests/browser/node_modules/.package-lock.json -nt tests/browser/package-lock.json ]]; then
  (cd tests/browser && npm ci --no-audit --no-fund --ignore-scripts </dev/null)
fi

build() {
  local preset=$1 start=$SECONDS
  cmake --preset "$@" -D CMAKE_UNITY_BUILD=ON -D CMAKE_UNITY_BUILD_BATCH_SIZE=16  # several files a compiler run
  cmake --build --preset "$preset"
  echo "test: built $preset in $((SECONDS - start)) s"
}
build default -D INKLING_BUILD_TESTS=ON -D INKLING_BUILD_BENCH=ON
build asan

status=0
for preset in default asan; do
  echo "test: $preset"
  ctest --preset "$preset" </dev/null || status=1
done
echo "test: everything took $((SECONDS / 60)) min"
exit "$status"
