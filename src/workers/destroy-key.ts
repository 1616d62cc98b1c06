import type { App } from '../app/app.ts'
import { host } from '../domain/host/host.ts'
import type { ClaimedWork } from '../app/operational-ports.ts'
import type { WorkKind } from './worker.ts'
import { causeOf, done, failed } from './worker.ts'

/** Destroys the keys of hosts that were forgotten, then says so. A host that got a new key since keeps that. */
export const destroyKeys = (app: App): WorkKind => ({
  name: 'destroy-key',
  batch: 100,
  do: async (work) => {
    const outcomes = []
    for (const row of work)
      outcomes.push(
        await destroy(app, row).then(
          () => done(row),
          (error: unknown) => failed(row, error),
        ),
      )
    return outcomes
  },
})

/** As often as the host was forgotten: what is asked twice, or late, never reaches a later key. */
const destroy = async ({ load, execute, vault }: App, row: ClaimedWork): Promise<void> => {
  const { times, keyStands } = (await load(host, row.key)).state.forgetting
  if (!keyStands) return
  await vault.destroy(row.key, times)
  await execute(host, row.key, { type: 'NoteKeyDestroyed', data: { times } }, causeOf(row))
}
