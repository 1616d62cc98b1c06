// Ends with 0 when the server in this container answers /healthz, else with 1. Its certificate may be its own: we ask only ourselves.
import { get as overHttp } from 'node:http'
import { get as overHttps } from 'node:https'

const { MUSTER_PORT: port = '8443', MUSTER_TLS: tls = 'own' } = process.env

const fail = (reason) => {
  process.stderr.write(`${reason}\n`)
  process.exit(1)
}

const get = tls === 'off' ? overHttp : overHttps
const request = get({ host: '127.0.0.1', port, path: '/healthz', timeout: 4000, rejectUnauthorized: false }, (response) => {
  if (response.statusCode === 200) process.exit(0)
  fail(`/healthz answered ${response.statusCode}.`)
})
request.on('timeout', () => fail('/healthz did not answer.'))
request.on('error', ({ message }) => fail(message))
