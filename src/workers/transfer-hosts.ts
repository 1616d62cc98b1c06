import type { App } from '../app/app.ts'
import { inParallel } from '../app/in-parallel.ts'
import { host } from '../domain/host/host.ts'
import { noTeam } from '../domain/teams/events.ts'
import type { MembershipCommand } from '../domain/teams/membership.ts'
import { whyItStays } from '../domain/teams/membership.ts'
import { team } from '../domain/teams/team.ts'
import { hostIdsIn } from '../domain/transfers/host-list.ts'
import type { Fate } from '../domain/transfers/tally.ts'
import { tallyOf } from '../domain/transfers/tally.ts'
import type { Transfer } from '../domain/transfers/transfer.ts'
import { batchesLeft, transfer } from '../domain/transfers/transfer.ts'
import { batchKey } from '../domain/transfers/work.ts'
import type { Cause } from '../kernel/event.ts'
import { derivedId, streamOf } from '../kernel/ids.ts'
import { leastRecentlyUsed } from '../kernel/least-recently-used.ts'
import { Rejection } from '../kernel/rejection.ts'
import { openTransfers } from '../projections/transfers.ts'
import type { WorkKind } from './worker.ts'
import { causeOf, done, leaseMs } from './worker.ts'

/** How many hosts are moved between two looks at the team, and at once. */
const part = 100
const atOnce = 32
/** Of so many transfers the list of hosts is kept from one batch to the next. */
const listsInMemory = 4

/**
 * Carries out one batch of a transfer of many hosts; the key is `transfer/batch`. Done again, or by two at once, no host moves twice, and it is
 * counted once.
 */
export const transferHosts = (app: App): WorkKind => {
  const lists = leastRecentlyUsed<readonly string[]>(listsInMemory)

  const listOf = async (id: string, { list }: NonNullable<Transfer['requested']>): Promise<readonly string[]> => {
    const known = lists.get(id)
    if (known !== undefined) return known
    const read = hostIdsIn(await app.blobs.fetch(list))
    lists.set(id, read)
    return read
  }

  return {
    name: 'transfer-hosts',
    batch: 1,
    do: async ([row]) => {
      if (row === undefined) return []
      const [id = '', number] = row.key.split('/')
      const batch = Number(number)
      const { requested, over } = (await app.load(transfer, id)).state
      if (requested === null || over.has(batch)) return [done(row)]
      const hostIds = (await listOf(id, requested)).slice(batch * requested.batchSize, (batch + 1) * requested.batchSize)
      const move = await mover(app, id, requested)
      const fates: (readonly [string, Fate])[] = []
      for (let from = 0; from < hostIds.length; from += part) {
        const some = hostIds.slice(from, from + part)
        const isThere = await isTeamThere(app, requested.teamId)
        fates.push(
          ...(await inParallel(some, atOnce, async (hostId) => [hostId, isThere ? await move(hostId) : 'team-deleted'] as const)),
        )
        await app.work.extend([row], leaseMs)
      }
      // Whoever took the team apart may have looked before the last of these came to it.
      if (!(await isTeamThere(app, requested.teamId)))
        await app.work.addNow([{ ...row, kind: 'dissolve-team', key: requested.teamId }])
      await app.execute(transfer, id, { type: 'NoteBatch', data: { batch, ...tallyOf(fates) } }, causeOf(row))
      return [done(row)]
    },

    forgotten: async () => {
      const parked = new Set((await app.work.parked()).map(({ key }) => key))
      const keys: string[] = []
      for (const { transfer_id: id } of await app.read(openTransfers()))
        keys.push(...batchesLeft((await app.load(transfer, id)).state).map((batch) => batchKey(id, batch)))
      return keys.filter((key) => !parked.has(key))
    },
  }
}

/** Moves a host in the name of who asked for the transfer. */
const mover = async (app: App, id: string, { teamId, from, askedAt }: NonNullable<Transfer['requested']>) => {
  const [asked] = await app.log.readStream(streamOf(transfer.category, id), { limit: 1 })
  if (asked === undefined) throw new Error(`The transfer ${id} is not in the log.`)
  const { actor, $correlationId: correlationId } = asked.metadata
  const cause: Cause = { id: derivedId(`transfer/${id}`), actor, correlationId, causationId: asked.eventId }
  const transferring = { teamId, because: 'asked', ...(from !== undefined && { from }), transfer: { id, askedAt } } as const
  const command: MembershipCommand = { type: 'TransferHost', data: transferring }

  return async (hostId: string): Promise<Fate> => {
    try {
      const { events, state } = await app.execute(host, hostId, command, cause)
      if (events.length > 0) return 'moved'
      const stays = whyItStays(transferring, state) ?? 'already-there'
      // By this very transfer, before it was cut off.
      return stays === 'already-there' && state.membership.said?.transfer === id ? 'moved' : stays
    } catch (error) {
      if (error instanceof Rejection && error.code === 'not-found') return 'unknown'
      throw error
    }
  }
}

const isTeamThere = async ({ load }: Pick<App, 'load'>, teamId: string): Promise<boolean> =>
  teamId === noTeam || (await load(team, teamId)).state.stage === 'present'
