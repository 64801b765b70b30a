#!/bin/sh
# Runs the browser tests: run.sh SERVER MODELS BUILD_FOLDER
# Ends with 77 (skipped) when a tool is missing, unless INKLING_REQUIRE_BROWSER is set; then that is a failure.
set -eu
server=$1 models=$2 build=$3
source=$(cd "$(dirname "$0")" && pwd)

skip() {
  echo "browser tests: $1"
  if [ -n "${INKLING_REQUIRE_BROWSER:-}" ]; then exit 1; fi
  exit 77
}

CHROMIUM=${CHROMIUM:-$(command -v chromium || true)}
export CHROMIUM
[ -n "$CHROMIUM" ] || skip "chromium is not installed"
command -v node >/dev/null || skip "node is not installed"
command -v npm >/dev/null || skip "npm is not installed"
ls "$models"/*.safetensors >/dev/null 2>&1 || skip "there are no models in $models"

mkdir -p "$build/screenshots"
cp "$source/package.json" "$source/package-lock.json" "$source/.npmrc" "$source/page_test.js" "$build/"
cd "$build"
if ! cmp -s package-lock.json installed-lock.json; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error || skip "npm cannot install playwright-core"
  cp package-lock.json installed-lock.json
fi

"$server" --port 0 --models "$models" >server.log &
server_pid=$!
trap 'kill "$server_pid" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  INKLING_URL=$(sed -n 's/^inkling-server: \(http:[^ ]*\) .*/\1/p' server.log)
  [ -z "$INKLING_URL" ] || break
  kill -0 "$server_pid" || exit 1
  sleep 0.1
done
export INKLING_URL
SCREENSHOTS=$build/screenshots node --test --test-reporter=spec page_test.js
kill "$server_pid"
wait "$server_pid"
