#!/bin/sh
# Reads the pictures that a list names in N processes at once on this machine, or with --sshlogin on several, by GNU
# parallel. Processes that were killed go on where they stopped when this is called again.
#
#     examples/scale/parallel.sh MODEL LIST OUT [N=8]
set -eu
parts=${4:-8}
seq "$parts" | parallel --halt soon,fail=1 --jobs "$parts" \
  inkling read --model "$1" --charset digits --files-from "$2" --shard "{}/$parts" --out "$3" --resume --keep-going --threads 1
