#!/usr/bin/env bash
# The npm package plist 5.0.0 and numbers at the edges of what a property list may hold.
#
# 1. A hexadecimal <integer>, which property lists know (Python's plistlib reads 0x10 as 16), is read as 0, without an error.
# 2. A whole number of 1e21 or more is written as <integer>1e+21</integer>, which is no integer: plistlib refuses it, and plist itself reads it back as 1.
#
# So numbers that come from people's files are read by a reader that keeps them as they were written, and what is too large is refused before it is written.
#
# Seen with Node 20.20 and Python 3.11, 2026-12-01:
#   plist reads 0x10 as: 0
#   plistlib reads 0x10 as: 16
#   plist writes 1e21 as: <integer>1e+21</integer>
#   plist reads that as: 1
#   plistlib: ValueError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit plist@5.0.0

cat >show.mjs <<'JS'
import { writeFileSync } from 'node:fs'
import { build, parse } from 'plist'

const hexadecimal = '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><integer>0x10</integer></plist>'
const large = build(1e21)
writeFileSync('hexadecimal.plist', hexadecimal)
writeFileSync('large.plist', large)
console.log(`plist reads 0x10 as: ${parse(hexadecimal)}`)
console.log(`plist writes 1e21 as: ${/<integer>.*<\/integer>/.exec(large)?.[0]}`)
console.log(`plist reads that as: ${parse(large)}`)
JS
cat >show.py <<'PY'
import plistlib
print('plistlib reads 0x10 as:', plistlib.load(open('hexadecimal.plist', 'rb')))
try:
    print('plistlib reads 1e21 as:', plistlib.load(open('large.plist', 'rb')))
except ValueError as error:
    print('plistlib:', type(error).__name__)
PY
seen=$(node show.mjs && python3 show.py)
printf '%s\n' "$seen"
expected='plist reads 0x10 as: 0
plist writes 1e21 as: <integer>1e+21</integer>
plist reads that as: 1
plistlib reads 0x10 as: 16
plistlib: ValueError'
[[ "$seen" == "$expected" ]] || { echo 'It behaves otherwise now.' >&2; exit 1; }
