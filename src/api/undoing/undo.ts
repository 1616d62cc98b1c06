import type { App } from '../../app/app.ts'
import { changeSet, undoOf } from '../../domain/change-sets/change-set.ts'
import type { Inverse } from '../../domain/change-sets/inverses.ts'
import type { Role } from '../../domain/server/events.ts'
import type { Cause, Position } from '../../kernel/event.ts'
import { profilesNaming, useOfTeam } from '../../projections/change-sets.ts'
import { transfersOf } from '../../projections/transfers.ts'
import { HttpRefusal, refuse } from '../errors.ts'
import type { Undone } from './carry-out.ts'
import { carryOut } from './carry-out.ts'
import type { Gathered, Unmoved } from './gather.ts'
import { gatherInverses } from './gather.ts'

export type UndoResult = Readonly<{
  /** The change set that undoes it; null when nothing of it could be undone. */
  by: string | null
  undone: readonly Undone[]
  cannot: readonly Unmoved[]
  skipped: readonly Unmoved[]
  /** What moves hosts back from now on. */
  transfers: readonly string[]
  executed: readonly Readonly<{ position: Position | null }>[]
}>

/** A worker may be taking apart what is being restored; what it took meanwhile is found by looking again. */
const mostPasses = 3

/**
 * Undoes a change set by a change set of its own. Refuses with 409 when it was undone already, while it still moves hosts, and, unless forced, when others changed the same
 * since. Cut off in the middle, it is finished by the next call. More than `hostsAtOnce` hosts are moved back by a worker.
 */
export const undo = async (
  app: App,
  id: string,
  {
    force,
    cause: asked,
    role,
    hostsAtOnce,
  }: Readonly<{ force: boolean; cause: Cause; role: Role; hostsAtOnce?: number | undefined }>,
): Promise<UndoResult> => {
  const by = undoOf(id)
  await mustNotBeUndone(app, id)
  await mustHaveEnded(app, id)
  const cause = { ...asked, id: by, correlationId: by }
  const undoing = { changeSet: id, undo: by }
  const undone: Undone[] = []
  const transfers: string[] = []
  const onTheirWay = new Set<string>()
  const executed: UndoResult['executed'][number][] = []
  let first: Gathered | undefined
  let cannot: readonly Unmoved[] = []
  for (let pass = 1; pass <= mostPasses; pass++) {
    const gathered = await gatherInverses(app, undoing)
    if (role !== 'admin' && gathered.inverses.some(({ deed }) => deed.endsWith('-team')))
      refuse(403, 'base', `The role ${role} may not change teams, which undoing this does.`)
    if (first === undefined && !force) await mustBeUntouched(app, gathered)
    first ??= gathered
    const todo = pass === 1 ? gathered.inverses : gathered.inverses.flatMap((inverse) => againTo(inverse, onTheirWay))
    const done = await carryOut(app, todo, { changeSet: id, cause, hostsAtOnce })
    undone.push(...done.undone)
    for (const { id: transfer, hostIds } of done.transfers) {
      transfers.push(transfer)
      for (const hostId of hostIds) onTheirWay.add(hostId)
    }
    executed.push(...done.executed)
    if (pass === 1) cannot = done.cannot
    const appended = done.executed.reduce<Position | null>((last, { position }) => maxOf(last, position), null)
    if (appended === null || !todo.some(({ deed }) => restores.has(deed))) break
    await app.caughtUp({ position: await app.log.head() })
  }
  const isDone = undone.length > 0 || first?.begun === true
  if (isDone) executed.push(await app.execute(changeSet, id, { type: 'NoteUndone', data: { by } }, cause))
  return {
    ...{ by: isDone ? by : null, undone, transfers, executed, skipped: first?.skipped ?? [] },
    cannot: [...(first?.cannot ?? []), ...cannot],
  }
}

/** What of an inverse is left to do in a later pass: not what a worker does already. */
const againTo = (inverse: Inverse, onTheirWay: ReadonlySet<string>): readonly Inverse[] => {
  if (inverse.deed === 'cancel-command') return []
  if (inverse.deed !== 'move-hosts') return [inverse]
  const hostIds = inverse.hostIds.filter((hostId) => !onTheirWay.has(hostId))
  return hostIds.length === 0 ? [] : [{ ...inverse, hostIds }]
}

const restores: ReadonlySet<Inverse['deed']> = new Set(['restore-team', 'restore-label'])

const maxOf = (one: Position | null, other: Position | null): Position | null =>
  one === null || (other !== null && other > one) ? other : one

const mustNotBeUndone = async ({ load }: App, id: string): Promise<void> => {
  const { undoneBy } = (await load(changeSet, id)).state
  if (undoneBy === null) return
  const { undoneBy: redone } = (await load(changeSet, undoneBy)).state
  const more = redone === null ? '' : `, and that by the change set ${redone}: undo that one instead`
  refuse(409, 'id', `The change set ${id} was undone already by the change set ${undoneBy}${more}.`)
}

/** What is still being done has no end yet that could be undone. */
const mustHaveEnded = async ({ read }: App, id: string): Promise<void> => {
  const open = (await read(transfersOf(id))).filter(({ ended_at }) => ended_at === null)
  if (open.length === 0) return
  const sum = (of: 'hosts' | 'done') => open.reduce((total, transfer) => total + transfer[of], 0)
  const progress = `with ${String(sum('done'))} of ${String(sum('hosts'))} it is done`
  refuse(409, 'id', `The change set ${id} is still moving hosts (${progress}). Undo it when it has ended.`)
}

/** How many later changes are named. */
const mostNamed = 20

const mustBeUntouched = async (app: App, gathered: Gathered): Promise<void> => {
  const changed = gathered.later.map(({ what, changeSet: id, at, actor }) =>
    [what, ...(actor === null ? [] : [`by ${actor}`]), ...(at === null ? [] : [`at ${at}`]), `in the change set ${id}.`].join(
      ' ',
    ),
  )
  const reasons = [...new Set([...changed, ...(await usesOf(app, gathered.inverses))])]
  if (reasons.length > 0)
    throw new HttpRefusal(
      409,
      reasons.slice(0, mostNamed).map((reason) => ({ name: 'force', reason })),
    )
}

/** What the change set made may be in use by now; what goes with it does not count. */
const usesOf = async ({ read }: App, inverses: readonly Inverse[]): Promise<readonly string[]> => {
  const leaving = new Map(inverses.flatMap((one) => (one.deed === 'delete-profile' ? [[one.id, one.teamId]] : [])))
  const moving = (teamId: string) =>
    inverses.reduce((sum, one) => sum + (one.deed === 'move-hosts' && one.from === teamId ? one.hostIds.length : 0), 0)
  const uses: string[] = []
  for (const one of inverses) {
    if (one.deed === 'delete-label') {
      const users = (await read(profilesNaming(one.id))).filter(({ profile_id }) => !leaving.has(profile_id))
      uses.push(...users.map(({ name }) => `The label ${one.name} is named by the profile ${name} now.`))
    }
    if (one.deed === 'delete-team') {
      const [use] = await read(useOfTeam(one.id))
      const hosts = (use?.hosts ?? 0) - moving(one.id)
      const profiles = (use?.profiles ?? 0) - [...leaving.values()].filter((teamId) => teamId === one.id).length
      if (hosts > 0 || profiles > 0)
        uses.push(`The team ${one.name} has ${String(hosts)} hosts and ${String(profiles)} profiles now.`)
    }
  }
  return uses
}
