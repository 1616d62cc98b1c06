import { memoryPush } from '../../../src/adapters/memory/push.ts'
import { host } from '../../../src/domain/host/host.ts'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import type { Recorded } from '../../../src/kernel/event.ts'
import { workKinds } from '../../../src/workers/kinds.ts'
import { workOff } from '../../../src/workers/worker.ts'
import type { AdminApi } from '../../support/admin-api.ts'
import { startAdminApi } from '../../support/admin-api.ts'
import { testCause } from '../../support/app.ts'
import { reportOf } from '../../support/host-stories.ts'

export type PlanningRig = AdminApi &
  Readonly<{
    /** Works off everything, and lets each host do what it is asked, until nothing is left. */
    comeToRest: (hostIds: readonly string[]) => Promise<void>
    /** Works off everything; no host calls. */
    work: () => Promise<void>
    caughtUp: () => Promise<void>
    /** What a host was sent and lost after a revision of its stream, as `+profile` and `-profile`, in order of name. */
    sentSince: (hostId: string, revision: number) => Promise<readonly string[]>
    revisionOf: (hostId: string) => Promise<number>
    events: () => Promise<readonly Recorded[]>
  }>

/** The admin API and real workers; `asks` is how many hosts a plan asks one by one, `moves` how many are moved while a request waits. */
export const planningRig = async (asks?: number, moves?: number): Promise<PlanningRig> => {
  const settings = { ...(asks !== undefined && { planAsksHosts: asks }), ...(moves !== undefined && { hostsAtOnce: moves }) }
  const api = await startAdminApi(
    { perToken: 1_000_000, refusedPerAddress: 1_000_000 },
    { app: { declarationsToken: 'standing' }, settings },
  )
  const { app } = api
  // Nobody is woken: hosts call when a test lets them.
  const kinds = workKinds(app, memoryPush()).filter(({ name }) => !name.startsWith('wake') && !name.startsWith('verify'))

  const caughtUp = async (): Promise<void> => {
    if (!(await app.caughtUp({ position: await app.log.head() }))) throw new Error('The read models do not come.')
  }
  const work = async (): Promise<void> => {
    for (let round = 0; round < 30; round++) {
      await caughtUp()
      const due = new Set(await app.work.dueKinds())
      const now = kinds.filter(({ name }) => due.has(name))
      if (now.length === 0) return
      for (const kind of now) await workOff(app, kind, () => false)
    }
    throw new Error('There is always more to do.')
  }

  return {
    ...api,
    caughtUp,
    work,
    comeToRest: async (hostIds) => {
      for (let round = 0; round < 20; round++) {
        await work()
        let answered = 0
        for (const hostId of hostIds)
          for (const commandId of (await app.load(host, hostId)).state.commands.waiting.keys()) {
            await app.execute(host, hostId, reportOf(commandId), testCause())
            answered++
          }
        if (answered === 0) return
      }
      throw new Error('The hosts do not come to rest.')
    },
    revisionOf: async (hostId) => (await app.load(host, hostId)).revision,
    sentSince: async (hostId, revision) => {
      const events = (await app.log.readStream(`host-${hostId}`, { from: revision + 1 })) as readonly Recorded<HostEvent>[]
      return events.flatMap(toldBy).sort()
    },
    events: () => app.log.readAll({ after: null, limit: 1_000_000 }),
  }
}

const toldBy = (event: HostEvent): readonly string[] => {
  if (event.type === 'DeclarationsAssigned')
    return [
      ...event.data.assigned
        .filter(({ missing, refused, told }) => missing === undefined && refused === undefined && told === undefined)
        .map(({ profileId }) => `+${profileId}`),
      ...event.data.withdrawn.map((profileId) => `-${profileId}`),
    ]
  if (event.type !== 'CommandsQueued') return []
  return event.data.commands.flatMap(({ request }) => {
    if (request.kind === 'install-profile') return [`+${request.profileId}`]
    return request.kind === 'remove-profile' && request.profileId !== null ? [`-${request.profileId}`] : []
  })
}
