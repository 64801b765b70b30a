#!/usr/bin/env bash
# Installs the Debian packages of packages.txt that are missing. Arguments: who needs them (the groups of packages.txt: build, test, mpi, data, ...).
set -euo pipefail

list=$(dirname "${BASH_SOURCE[0]}")/packages.txt

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

missing=()
while read -r group package command; do
  [[ " $* " == *" $group "* ]] || continue
  [[ " ${missing[*]} " != *" $package "* ]] || continue
  if [[ -n $command ]] && command -v "$command" >/dev/null; then continue; fi
  installed "$package" || missing+=("$package")
done < <(grep -v '^#' "$list")

if ((${#missing[@]} == 0)); then exit 0; fi

if ! command -v apt-get >/dev/null; then
  echo "install-packages: this is not Debian or Ubuntu; if the build fails, install what these packages hold: ${missing[*]}" >&2
  exit 0
fi
as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "install-packages: run as root, or have root run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "Installing ${missing[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3)
"${apt[@]}" update
"${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null
