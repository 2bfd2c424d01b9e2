#!/bin/sh
# Installs the pinned dependencies. Runs on whatever Node the machine has, so it is plain sh.
set -eu
if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
  echo "Portafilter needs Node.js 20 or newer with npm to install. Neither was found on the PATH." >&2
  exit 1
fi
major=$(node -p 'process.versions.node.split(".")[0]')
if [ "$major" -lt 20 ]; then
  echo "Portafilter needs Node.js 20 or newer to install; this is $(node --version)." >&2
  exit 1
fi
log=$(mktemp)
# Not `npm ci`: it refuses a lock that lacks optional packages of other platforms, and npm leaves them
# out where the registry in use does not carry them (https://github.com/npm/cli/issues/4828). The
# versions and hashes of the lock hold all the same.
if ! npm install --no-save --loglevel=error >"$log" 2>&1; then
  cat "$log" >&2
  rm -f "$log"
  echo "The dependencies could not be installed; the lines above say why." >&2
  exit 1
fi
rm -f "$log"
