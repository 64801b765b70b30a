#!/usr/bin/env bash
# Installs FastAPI, uvicorn, PyTorch (Debian) and wrk, builds inkling-server, and measures both servers in turn.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
case "${1-}" in -h | --help)
  echo "usage: bench/peers/server.sh [--rounds N] [--seconds N] [--threads N]"
  exit 0
  ;;
esac
"$root/scripts/install-packages.sh" build peers
cd "$root"
cmake --preset default >/dev/null
cmake --build --preset default --target inkling-server
exec /usr/bin/python3 bench/peers/server.py build/default/bin/inkling-server models "$@"
