#!/usr/bin/env bash
# Checks a machine with a graphics card. Needs Python 3.10 or newer, torch 2.7 or newer, this folder
# and a pack.
# Usage: gpu/check.sh --pack DIR [--out DIR] [--budget SECONDS] [--only PART,...]
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
exec "${PYTHON:-python3}" "$here/check" "$@"
