import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readSyncMessage } from '../../src/protocols/windows/syncml/read-message.ts'
import { statusesFor } from '../../src/protocols/windows/syncml/statuses-for.ts'
import { writeSyncMessage } from '../../src/protocols/windows/syncml/write-message.ts'

/** The limit: a server that does no more than read the same message and answer it with statuses. Prints its port. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const message = readSyncMessage(Buffer.concat(chunks))
    const { sessionId, msgId, source, target, credential } = message.header
    const nonce = credential === null ? Buffer.alloc(24) : null
    const commands = statusesFor(message, credential === null ? '407' : '200', nonce)
    const header = { sessionId, msgId, target: source, source: target, credential: null, maxMessage: null }
    const body = writeSyncMessage({ header, commands, final: true })
    response.writeHead(200, { 'content-type': 'application/vnd.syncml.dm+xml', 'content-length': body.length }).end(body)
  })
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${String((server.address() as AddressInfo).port)}\n`))
