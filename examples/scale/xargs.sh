#!/bin/sh
# As parallel.sh, with nothing but xargs:
#
#     examples/scale/xargs.sh MODEL LIST OUT [N=8]
set -eu
parts=${4:-8}
seq "$parts" | xargs -P "$parts" -I '{}' \
  inkling read --model "$1" --charset digits --files-from "$2" --shard "{}/$parts" --out "$3" --resume --keep-going --threads 1
