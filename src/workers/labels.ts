import type { App } from '../app/app.ts'
import { inParallel } from '../app/in-parallel.ts'
import { host } from '../domain/host/host.ts'
import type { HostCommand } from '../domain/host/host.ts'
import type { Label } from '../domain/labels/label.ts'
import { label } from '../domain/labels/label.ts'
import type { Cause } from '../kernel/event.ts'
import { hostsAfter, membersOf, vitalLabels } from '../projections/labels.ts'
import type { WorkKind } from './worker.ts'
import { causeOf, done, failed, leaseMs } from './worker.ts'

const page = 1000
const atOnce = 64

/** Makes the hosts follow their label: its list, its criteria, or its end. Done again it finds nothing left to do. */
export const labelHosts = (app: App): WorkKind => ({
  name: 'label-hosts',
  batch: 1,
  do: async ([work]) => {
    if (work === undefined) return []
    const { state } = await app.load(label, work.key)
    await followLabel(app, work.key, state, { cause: causeOf(work), keep: () => app.work.extend([work], leaseMs) })
    return [done(work)]
  },
})

type How = Readonly<{ cause: Cause; keep: () => Promise<void> }>

const followLabel = async (app: App, labelId: string, now: Label, { cause, keep }: How): Promise<void> => {
  const tell = (hostIds: readonly string[], command: HostCommand) =>
    inParallel(hostIds, atOnce, (hostId) => app.execute(host, hostId, command, cause))
  const tellPages = async (next: (after: string) => Promise<readonly string[]>, command: HostCommand): Promise<void> => {
    for (let after = ''; ;) {
      const ids = await next(after)
      await tell(ids, command)
      const last = ids.at(-1)
      if (last === undefined) return
      after = last
      await keep()
    }
  }
  const members = async (after: string) => (await app.read(membersOf(labelId, after, page))).map(({ host_id }) => host_id)
  const everyone = async (after: string) => (await app.read(hostsAfter(after, page))).map(({ host_id }) => host_id)

  if (now.stage !== 'present') return tellPages(members, { type: 'ForgetLabel', data: { labelId } })
  if (now.kind === 'manual') {
    const notListed = async (after: string) => (await members(after)).filter((hostId) => !now.listed.has(hostId))
    const listed = [...now.listed].sort()
    const listedAfter = (after: string) => Promise.resolve(listed.filter((hostId) => hostId > after).slice(0, page))
    await tellPages(listedAfter, { type: 'ListOn', data: { labelId, listed: true } })
    await tellPages(notListed, { type: 'ListOn', data: { labelId, listed: false } })
  } else if (now.kind === 'host-vitals' && now.definition.criteria !== null) {
    const { criteria } = now.definition
    await tellPages(everyone, { type: 'EvaluateVitals', data: { labels: [{ labelId, criteria }] } })
  }
}

/** Looks at what is known of hosts that told something new. */
export const evaluateHosts = (app: App): WorkKind => ({
  name: 'evaluate-host',
  batch: 500,
  do: async (work) => {
    const rows = await app.read(vitalLabels())
    if (rows.length === 0) return work.map(done)
    const labels = rows.map(({ label_id: labelId, criteria }) => ({ labelId, criteria }))
    return inParallel(work, atOnce, (row) =>
      app.execute(host, row.key, { type: 'EvaluateVitals', data: { labels } }, causeOf(row)).then(
        () => done(row),
        (error: unknown) => failed(row, error),
      ),
    )
  },
})
