#!/usr/bin/env bash
# Looks for races in training, reading and the server: runs them under ThreadSanitizer, which ends a program that has one
# with status 66.
#
#     scripts/tsan.sh            builds the preset tsan (std::thread for OpenMP, whose barriers GCC's sanitizer does not know)
#
# Ends with the first command that fails. Building takes most of the time.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
cmake --preset tsan
cmake --build --preset tsan --target inkling inkling-server inkling-test-core inkling-test-http inkling-test-server

bin=build/tsan/bin
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset INKLING_DATA # the sample that is included
picture=examples/images/seven.png

echo "tsan: training and resuming, by four threads"
for model in cnn mlp svm forest; do
  "$bin/inkling" train --model "$model" --limit 200 --epochs 2 --threads 4 --out "$folder/$model.safetensors"
done
for run in first second; do # the second goes on from the checkpoint
  echo "tsan: $run run"
  "$bin/inkling" train --model mlp --limit 200 --epochs 2 --threads 4 --found-ink 0.5 --checkpoint "$folder/run.checkpoint" \
    --resume --out "$folder/again.safetensors"
done

echo "tsan: reading, four pages at once"
for model in cnn mlp svm forest; do
  "$bin/inkling" predict --model "models/$model.safetensors" "$picture" "$picture" "$picture" "$picture"
done
"$bin/inkling" form read examples/forms/form.json examples/forms/filled-*.png --model models/cnn.safetensors --threads 4 \
  --out "$folder/run" --keep-going

echo "tsan: several threads on one object"
for suite in core http server; do "$bin/inkling-test-$suite"; done

echo "tsan: the server under load"
python3 tests/server/load_test.py "$bin/inkling-server" models "$picture" --seconds 8 --clients 16
echo "tsan: no race was found"
