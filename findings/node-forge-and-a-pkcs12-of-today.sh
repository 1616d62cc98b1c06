#!/usr/bin/env bash
# node-forge 1.4.3 and the .p12 files that OpenSSL 3 writes (PBES2 with AES-256, MAC with SHA-256).
#
# 1. A file with an EC key opens without an error, and both of its bags are empty: `key` and `cert` are null. What was there is only in their `asn1`.
#    Whoever asks for the key gets null far from the place where the file was read.
# 2. A password with letters beyond ASCII opens nothing, in whatever form it is given. As text: the MAC holds (it is computed over UTF-16, as PKCS #12
#    wants), and decrypting fails, for PBES2 takes UTF-8 in what OpenSSL writes and forge gives it something else. As UTF-8 bytes: the MAC fails already.
#    The same file with an ASCII password opens.
#
# Seen with OpenSSL 3.0 and Node 20.20, 2026-12-01:
#   EC key: key null, certificate null, asn1 there
#   RSA key, ASCII password: key there
#   RSA key, other password as text: Failed to decrypt PKCS#12 SafeContents.
#   RSA key, other password as UTF-8: PKCS#12 MAC could not be verified. Invalid password?
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit node-forge@1.4.3
openssl version | grep -q '^OpenSSL 3' || { echo 'This needs OpenSSL 3.' >&2; exit 1; }

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ec.key -out ec.pem -subj /CN=ec -days 2 2>/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -keyout rsa.key -out rsa.pem -subj /CN=rsa -days 2 2>/dev/null
openssl pkcs12 -export -inkey ec.key -in ec.pem -passout pass:secret -out ec.p12
openssl pkcs12 -export -inkey rsa.key -in rsa.pem -passout pass:secret -out ascii.p12
openssl pkcs12 -export -inkey rsa.key -in rsa.pem -passout pass:Schlüssel -out other.p12

cat >show.mjs <<'JS'
import { readFileSync } from 'node:fs'
import forge from 'node-forge'

const bag = (file, password, type) => {
  const p12 = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(readFileSync(file).toString('binary')), password)
  return p12.getBags({ bagType: type })[type][0]
}
const { pkcs8ShroudedKeyBag, certBag } = forge.pki.oids
const said = (file, password) => {
  try {
    return bag(file, password, pkcs8ShroudedKeyBag).key === null ? 'key null' : 'key there'
  } catch (error) {
    return error.message
  }
}
const [key, certificate] = [bag('ec.p12', 'secret', pkcs8ShroudedKeyBag), bag('ec.p12', 'secret', certBag)]
const there = (value) => (value ? 'there' : 'null')
console.log(`EC key: key ${there(key.key)}, certificate ${there(certificate.cert)}, asn1 ${there(key.asn1 && certificate.asn1)}`)
console.log(`RSA key, ASCII password: ${said('ascii.p12', 'secret')}`)
console.log(`RSA key, other password as text: ${said('other.p12', 'Schlüssel')}`)
console.log(`RSA key, other password as UTF-8: ${said('other.p12', forge.util.encodeUtf8('Schlüssel'))}`)
JS
seen=$(node show.mjs)
printf '%s\n' "$seen"
expected='EC key: key null, certificate null, asn1 there
RSA key, ASCII password: key there
RSA key, other password as text: Failed to decrypt PKCS#12 SafeContents.
RSA key, other password as UTF-8: PKCS#12 MAC could not be verified. Invalid password?'
[[ "$seen" == "$expected" ]] || { echo 'It behaves otherwise now.' >&2; exit 1; }
