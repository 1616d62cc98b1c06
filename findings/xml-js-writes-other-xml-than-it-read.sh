#!/usr/bin/env bash
# xml-js 1.6.11 does not write what it read, for two kinds of well-formed input.
#
# 1. Attributes: `&amp;` and `&lt;` are read as `&` and `<`, and written as they are. Only quotes are escaped. What comes out is no XML any more:
#    `<a b="x &amp; y"/>` becomes `<a b="x & y"/>`.
# 2. Text that shows an entity: `&amp;amp;` is read as the five characters `&amp;`, rightly, and written as `&amp;`, so that one level of escaping is lost.
#    Settings that carry XML inside of XML (policies in SyncML, profiles within profiles) change their meaning on the way.
#
# So it serves for reading. What is written goes through another writer.
#
# Seen on Node 20.20, 2026-12-01:
#   attribute: <a b="x & y"/>
#   text: <a>&amp;</a>
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit xml-js@1.6.11

cat >show.mjs <<'JS'
import xmlJs from 'xml-js'

const again = (xml) => xmlJs.js2xml(xmlJs.xml2js(xml))
console.log(`attribute: ${again('<a b="x &amp; y"/>')}`)
console.log(`text: ${again('<a>&amp;amp;</a>')}`)
JS
seen=$(node show.mjs)
printf '%s\n' "$seen"
expected='attribute: <a b="x & y"/>
text: <a>&amp;</a>'
[[ "$seen" == "$expected" ]] || { echo 'It behaves otherwise now.' >&2; exit 1; }
