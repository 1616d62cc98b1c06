import type { App } from '../../app/app.ts'
import { host } from '../../domain/host/host.ts'
import type { Cause } from '../../kernel/event.ts'
import { readCarveBegin, readCarveBlock } from '../../protocols/osquery/carve.ts'
import { refuse } from '../errors.ts'

/** What a block of a carve is sealed in, with the host's key. */
export const carveContext = (id: string, block: number): string => `carve/${id}/${String(block)}`

/** Takes in the files that agents were asked to carve. They are sealed with the host's key, block by block. */
export const carving = ({ carves, vault, execute }: Pick<App, 'carves' | 'vault' | 'execute'>) => ({
  begin: async (hostId: string, body: unknown, cause: Cause): Promise<object> => {
    const told = readCarveBegin(body)
    const begun = await carves.begin({ hostId, ...told })
    if (begun === null) return refuse(429, 'carve_id', 'Too many files of this host are being carved, or were carved lately.')
    const data = { carve: begun.id, requestId: told.requestId, size: told.size }
    await execute(host, hostId, { type: 'NoteCarve', data }, cause)
    return { session_id: begun.sessionId, success: true }
  },

  /** There is no node key: the session, a secret of this carve, is what is checked, before the block itself is read. */
  block: async (session: string, bodyOf: () => unknown): Promise<object> => {
    const carve = session === '' ? null : await carves.find(session)
    if (carve === null) return refuse(404, 'session_id', 'No carve has this session.')
    const { requestId, block, data } = readCarveBlock(bodyOf())
    if (carve.requestId !== requestId) return refuse(400, 'request_id', 'The carve belongs to another request.')
    if (block >= carve.blockCount) return refuse(400, 'block_id', `The carve has ${String(carve.blockCount)} blocks.`)
    const isLast = block === carve.blockCount - 1
    const expected = isLast ? carve.size - block * carve.blockSize : carve.blockSize
    if (data.length !== expected) return refuse(400, 'data', `This block has ${String(expected)} bytes.`)
    await carves.put(carve.id, block, await vault.seal(carve.hostId, carveContext(carve.id, block), data))
    return { success: true }
  },
})
