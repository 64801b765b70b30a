#!/usr/bin/env bash
# Installs what is missing, builds the server, and serves the page with the shipped models.
set -euo pipefail

usage="usage: scripts/demo.sh [--check]
  --check   start the server, ask it to read one picture, stop it
  \$PORT     another port than 8080"

check=false
case "${1-}" in
  "") ;;
  --check) check=true ;;
  --help | -h) echo "$usage" && exit 0 ;;
  *) echo "$usage" >&2 && exit 2 ;;
esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=$root/build/default/bin
picture=$root/examples/images/seven.png
port=${PORT:-8080}
address=http://127.0.0.1:$port

fail() {
  echo "demo: $1" >&2
  exit 1
}

"$root/scripts/install-packages.sh" build
cd "$root"
cmake --preset default -D INKLING_BUILD_TESTS=OFF -D INKLING_BUILD_BENCH=OFF
cmake --build --preset default --target inkling-server

if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
  fail "port $port is taken; choose another: PORT=8090 scripts/demo.sh"
fi
"$bin/inkling-server" --host 127.0.0.1 --port "$port" --models "$root/models" &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
trap 'exit 0' INT TERM

for ((tries = 100; ; --tries)); do
  kill -0 "$server" 2>/dev/null || fail "the server ended before it answered"
  if curl -sf -o /dev/null "$address/health"; then break; fi
  ((tries > 0)) || fail "no answer from $address/health within 20 seconds"
  sleep 0.2
done

if $check; then
  answer=$(curl -sSf -F "file=@$picture" "$address/predict") || fail "POST $address/predict failed"
  echo "$answer"
  [[ $answer == *'"prediction":"7"'* ]] || fail "expected \"prediction\":\"7\" for $picture"
  kill "$server"
  wait "$server" || fail "the server did not end cleanly (status $?)"
  trap - EXIT
  echo "demo: all is well"
  exit 0
fi

cat <<END

  Draw a character:  $address
  Send a picture:    curl -F file=@$picture $address/predict

  Ctrl-C stops the server.

END
wait "$server"
