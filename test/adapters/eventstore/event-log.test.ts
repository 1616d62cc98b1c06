import { eventStoreLog } from '../../../src/adapters/eventstore/event-log.ts'
import { eventLogContract } from '../../contracts/event-log.contract.ts'
import { eventStoreServer } from '../../support/eventstore-server/server.ts'

eventLogContract('EventStoreDB, spoken to over gRPC', async () => {
  const server = await eventStoreServer()
  const log = await eventStoreLog({ url: server.url })
  return {
    log,
    close: async () => {
      await log.close()
      server.stop()
    },
  }
})

const url = process.env['EVENTSTORE_URL']
if (url !== undefined && url !== '') {
  eventLogContract('a real EventStoreDB', async () => {
    const log = await eventStoreLog({ url })
    return { log, close: () => log.close() }
  })
}
