#!/bin/sh
# Runs the browser tests: run.sh SERVER MODELS BUILD_FOLDER
# INKLING_PAGE, in the environment, is the folder of the page without a server (target inkling-page), and INKLING_COMMAND the
# native command: without them, what reads on the device is not tested.
# SCREENSHOTS=docs/screenshots in the environment takes the documentation's pictures, too.
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

if [ -n "${SCREENSHOTS:-}" ]; then
  mkdir -p "$SCREENSHOTS"
  SCREENSHOTS=$(cd "$SCREENSHOTS" && pwd)
  export SCREENSHOTS
fi
mkdir -p "$build"
rm -f "$build"/*.js "$build"/*.mjs  # of an older test
cp "$source/package.json" "$source/package-lock.json" "$source/.npmrc" "$source"/*.js \
  "$source/../wasm/pictures.mjs" "$build/"
cd "$build"
if ! cmp -s package-lock.json installed-lock.json; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error || skip "npm cannot install playwright-core"
  cp package-lock.json installed-lock.json
fi

export INKLING_FORMS="$source/../../examples/forms"
export INKLING_PROJECT="$source/../.."
export INKLING_SERVER="$server" INKLING_MODELS="$models"
"$server" --port 0 --models "$models" --forms "$INKLING_FORMS" >server.log &
server_pid=$!
trap 'kill "$server_pid" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  INKLING_URL=$(sed -n 's/^inkling-server: \(http:[^ ]*\) .*/\1/p' server.log)
  [ -z "$INKLING_URL" ] || break
  kill -0 "$server_pid" || exit 1
  sleep 0.1
done
export INKLING_URL
node --test --test-concurrency=1 --test-reporter=spec ./*_test.js
kill "$server_pid"
wait "$server_pid"
