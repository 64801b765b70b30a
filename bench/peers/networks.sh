#!/usr/bin/env bash
# Installs PyTorch (Debian) and ONNX Runtime (npm), builds inkling-bench, and measures them in turn on the same work.
set -euo pipefail

usage="usage: bench/peers/networks.sh MNIST_FOLDER [--rounds N] [--threads N] [--only NAME]
  MNIST_FOLDER   holds train-images-idx3-ubyte and its companions, unpacked
  --rounds N     how often each pair is measured (5)
  --threads N    for both sides (2)
  --only NAME    part of the name of the work, such as train or vgg"
[[ $# -ge 1 && $1 != -* ]] || { echo "$usage" >&2 && exit 2; }
folder=$(realpath "$1")
shift

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
"$root/scripts/install-packages.sh" build test peers
cd "$root"
cmake --preset default -D INKLING_BUILD_BENCH=ON >/dev/null
cmake --build --preset default --target inkling-bench

peers=$root/build/peers
mkdir -p "$peers"
cd "$peers"
if [[ ! -d node_modules/onnxruntime-node ]]; then
  # Its library for CPUs is inside the package; its install script would only fetch one for GPUs.
  npm install --ignore-scripts --no-audit --no-fund onnxruntime-node@1.30 </dev/null
fi
NODE_PATH=$peers/node_modules /usr/bin/python3 "$root/bench/peers/networks.py" \
  "$root/build/default/bin/inkling-bench" "$folder" "$@"
