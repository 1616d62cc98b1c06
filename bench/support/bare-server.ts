import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verifyDetached } from '../../src/protocols/cms/verify-detached.ts'
import { readPlist } from '../../src/protocols/plist/read.ts'

/** The limit: a server that does no more than verify the same signature, read the same property list and answer. Prints its port. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks)
    verifyDetached(Buffer.from(String(request.headers['mdm-signature']), 'base64'), body)
    readPlist(body)
    response.writeHead(200).end()
  })
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${String((server.address() as AddressInfo).port)}\n`))
