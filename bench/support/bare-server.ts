import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readPlist } from '../../src/protocols/plist/read.ts'

/** The limit: a server that does no more than read the same property list and answer. Prints its port. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    readPlist(Buffer.concat(chunks))
    response.writeHead(200).end()
  })
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${String((server.address() as AddressInfo).port)}\n`))
