#!/usr/bin/env bash
# @grpc/grpc-js 1.14.7 cannot connect over TLS to a server that is named by its IP address, when it runs on Node 26.
#
# The client hands the host of its target to node:tls as the server's name, whatever the host is. Up to Node 24, node:tls warns of an address there
# (DEP0123) and goes on; Node 26 refuses it. What the caller is told is "No connection established" (UNAVAILABLE), as if the server were away. By name
# (localhost, here) both connect, and so does Node 24 by address, with a certificate that carries the address in its subjectAltName.
# Giving the option grpc.ssl_target_name_override a name that the certificate carries is a way out.
#
# Seen with node 24.9.0 and 26.10.0 of npm, 2026-12-01:
#   Node 24 by address: connected
#   Node 26 by name: connected
#   Node 26 by address: not connected
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit @grpc/grpc-js@1.14.7
for version in 24.9.0 26.10.0; do
  mkdir "node-$version"
  (cd "node-$version" && npm init -y >/dev/null && npm install --silent --no-fund --no-audit "node@$version")
done
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=localhost -days 2 \
  -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' 2>/dev/null

cat >show.mjs <<'JS'
import { readFileSync } from 'node:fs'
import grpc from '@grpc/grpc-js'

const [key, cert] = ['key.pem', 'cert.pem'].map((file) => readFileSync(file))
const server = new grpc.Server()
const credentials = grpc.ServerCredentials.createSsl(null, [{ private_key: key, cert_chain: cert }])
const port = await new Promise((resolve, reject) =>
  server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
)
const client = new grpc.Client(`${process.argv[2]}:${port}`, grpc.credentials.createSsl(cert))
client.waitForReady(Date.now() + 5_000, (error) => {
  console.log(error ? 'not connected' : 'connected')
  client.close()
  server.forceShutdown()
})
JS
run() { "./node-$1/node_modules/node/bin/node" --no-deprecation show.mjs "$2"; }
seen="Node 24 by address: $(run 24.9.0 127.0.0.1)
Node 26 by name: $(run 26.10.0 localhost)
Node 26 by address: $(run 26.10.0 127.0.0.1)"
printf '%s\n' "$seen"
expected='Node 24 by address: connected
Node 26 by name: connected
Node 26 by address: not connected'
[[ "$seen" == "$expected" ]] || { echo 'It behaves otherwise now.' >&2; exit 1; }
