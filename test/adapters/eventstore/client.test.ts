import assert from 'node:assert/strict'
import { jsonEvent } from '@eventstore/db-client'
import { connect } from '../../../src/adapters/eventstore/client.ts'
import { parseConnectionString } from '../../../src/adapters/eventstore/connection-string.ts'
import { mayPass, NoReply } from '../../../src/adapters/eventstore/outcomes.ts'
import { eventStoreServer } from '../../support/eventstore-server/server.ts'

describe('The client of EventStoreDB', () => {
  it('fails a call that meets a closed channel, which would otherwise never end', async () => {
    const server = await eventStoreServer()
    const client = await connect(parseConnectionString(server.url))
    const event = jsonEvent({ type: 'A', data: {} })
    await client.appendToStream('s-1', event)
    await client.close()
    await assert.rejects(client.appendToStream('s-1', event), (error) => error instanceof NoReply && mayPass(error))
    server.stop()
  })
})
