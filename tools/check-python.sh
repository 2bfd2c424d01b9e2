#!/bin/sh
# Format, lint and types of the Python half. The tools live in .venv, which is made anew when their pins change.
set -eu
cd "$(dirname "$0")/.."
pins=python/requirements-check.txt
if ! cmp -s "$pins" .venv/.installed; then
  if ! command -v python3 >/dev/null 2>&1; then
    echo "Checking the Python half needs python3 with venv. It was not found on the PATH." >&2
    exit 1
  fi
  rm -rf .venv
  python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check --requirement "$pins"
  cp "$pins" .venv/.installed
fi
cd python
../.venv/bin/ruff format --check .
../.venv/bin/ruff check .
../.venv/bin/mypy
