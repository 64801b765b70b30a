#!/usr/bin/env bash
# Downloads EMNIST (Cohen et al. 2017) from NIST into a folder, under the official file names. A download that was cut
# goes on where it stopped; nothing gets its final name before the archive's size and SHA-256 are right.
set -euo pipefail

usage="usage: scripts/get-emnist.sh [DIR]
  DIR   where the files go; default \$INKLING_DATA, else data/emnist"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case "${1-}" in
  --help | -h) echo "$usage" && exit 0 ;;
  -*) echo "$usage" >&2 && exit 2 ;;
esac
(($# <= 1)) || { echo "$usage" >&2 && exit 2; }

url=${INKLING_EMNIST_URL:-https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip}
size=${INKLING_EMNIST_SIZE:-561753746}
sha256=${INKLING_EMNIST_SHA256:-fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e}
dir=${1:-${INKLING_DATA:-$root/data/emnist}}
archive=$dir/.emnist.zip.part
unpacked=$dir/.emnist.unpacked

files=()
for split in byclass bymerge balanced letters digits mnist; do
  files+=("emnist-$split-mapping.txt")
  for part in train test; do
    files+=("emnist-$split-$part-images-idx3-ubyte.gz" "emnist-$split-$part-labels-idx1-ubyte.gz")
  done
done

fail() {
  echo "get-emnist: $1" >&2
  exit 1
}

have_all_in() {
  local file
  for file in "${files[@]}"; do [[ -s $1/$file ]] || return 1; done
}

archive_size() { if [[ -e $archive ]]; then stat -c %s "$archive"; else echo 0; fi; }

check_space() {
  local needed=$((2 * size - $(archive_size)))  # the archive and its members, which are compressed already
  local free
  free=$(df -B1 --output=avail "$dir" | tail -1)
  ((free >= needed)) || fail "$dir: $((needed / 1000000)) MB are needed, only $((free / 1000000)) MB are free"
}

download() {
  local attempt status before
  for ((attempt = 1; attempt <= 5; ++attempt)); do
    before=$(archive_size)
    if ((before >= size)); then return; fi
    status=0
    curl --fail --location --show-error --no-progress-meter --connect-timeout 30 --speed-limit 1000 --speed-time 60 \
      --continue-at - --output "$archive" "$url" || status=$?
    case $status in
      0) return ;;
      22) fail "$url: the server refused (see above)" ;;
      23) fail "$archive: cannot be written; is the disk full?" ;;
      33) rm -f "$archive" ;;  # the server cannot resume: from the beginning
      *) if (($(archive_size) > before)); then attempt=0; fi ;;  # cut, but it moved: does not count as a failure
    esac
    sleep "${INKLING_EMNIST_PAUSE:-3}"
  done
  fail "$url: the download stopped at $(archive_size) of $size bytes; run the script again to go on from there"
}

reject() {
  rm -f "$archive"
  fail "$url: $1"
}

verify() {
  [[ -s $archive ]] || reject "the server sent nothing"
  [[ $(head -c 2 "$archive") == PK ]] || reject "expected a zip archive, got something else (a web page?)"
  (($(archive_size) == size)) || reject "expected $size bytes, got $(archive_size)"
  local got
  got=$(sha256sum "$archive" | cut -d ' ' -f 1)
  [[ $got == "$sha256" ]] || reject "expected SHA-256 $sha256, got $got"
}

unpack() {
  rm -rf "$unpacked"
  trap 'rm -rf "$unpacked"' EXIT
  unzip -q -j "$archive" 'gzip/*' -d "$unpacked" || fail "$archive: cannot be unpacked; is the disk full?"
  have_all_in "$unpacked" || fail "$archive: not every one of the ${#files[@]} files of EMNIST is in it"
  local file
  for file in "${files[@]}"; do mv "$unpacked/$file" "$dir/$file"; done
  rm -f "$archive"
}

if have_all_in "$dir"; then
  echo "EMNIST is in $dir already"
  exit 0
fi
"$root/scripts/install-packages.sh" data
mkdir -p "$dir" || fail "$dir: cannot be created"
check_space
echo "Downloading $((size / 1000000)) MB from $url"
download
verify
unpack
echo "EMNIST is in $dir; use it with --data $dir"
