#!/usr/bin/env bash
# Builds the documentation as a site with search, build/docs/site, and says how to look at it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
scripts/install-packages.sh docs

out=build/docs
rm -rf "$out"
mkdir -p "$out"
PYTHONDONTWRITEBYTECODE=1 python3 scripts/docs_site/stage.py . "$out/pages"
{
  cat docs/Doxyfile
  echo "OUTPUT_DIRECTORY = $out/pages"
  echo "HTML_OUTPUT = reference"
  echo "HTML_EXTRA_STYLESHEET = /usr/share/doxygen-awesome-css/doxygen-awesome.css"
} >"$out/Doxyfile"
doxygen "$out/Doxyfile"
cp "$out/pages/reference/files.html" "$out/pages/reference/index.html" # else an empty page
mkdocs build --quiet --strict --config-file docs/mkdocs.yml
echo "docs: $out/site/index.html; with search: python3 -m http.server --directory $out/site"
