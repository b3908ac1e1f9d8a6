#!/usr/bin/env bash
# Checks a machine with a card: Python 3.10, torch from 2.7 on. Needs nothing else of UniPin than this folder and
# a pack. Usage: gpu/check.sh --pack DIR [--out DIR] [--budget SECONDS] [--only PART,...]
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
exec "${PYTHON:-python3}" "$here/check" "$@"
