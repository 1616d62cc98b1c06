import { setTimeout as pause } from 'node:timers/promises'
import type { Projection } from '../client/json.ts'
import type { MusterClient } from '../client/muster-client.ts'
import type { Progress } from './progress.ts'
import { table } from './table.ts'

const lookEveryMs = 500

/** Fills read models anew and waits, telling progress, until each new one is asked, or stuck. Answers whether all came through. */
export const rebuildProjections = async (
  client: MusterClient,
  name: string | undefined,
  show: (progress: Progress) => void,
): Promise<boolean> => {
  const before = new Map((await client.projections.list()).filter(({ shown }) => shown).map((one) => [one.name, one]))
  const names = await client.projections.rebuild(name === undefined ? undefined : [name])
  for (;;) {
    await pause(lookEveryMs)
    const now = (await client.projections.list()).filter((one) => names.includes(one.name))
    const waiting = names.filter((one) => !isOver(one, now, before.get(one)))
    show({ done: names.length - waiting.length, total: names.length, note: noteOn(waiting, now) })
    if (waiting.length === 0) return !now.some(({ status }) => status === 'stuck')
  }
}

/** Over: a newer filling is shown, or the new one cannot go on. */
const isOver = (name: string, now: readonly Projection[], before: Projection | undefined): boolean => {
  const newer = now.find((one) => one.name === name && one.generation > (before?.generation ?? 0))
  return newer !== undefined && (newer.shown || newer.status === 'stuck')
}

const noteOn = (waiting: readonly string[], now: readonly Projection[]): string => {
  const building = now.filter(({ name, shown }) => waiting.includes(name) && !shown)
  return building.map(({ name, events }) => `${name} at ${String(events)} events`).join(', ')
}

/** What read models passed over and why, for people; nothing when they took everything in. */
export const setAsideTable = (projections: readonly Projection[]): string => {
  const rows = projections.flatMap(({ name, set_aside }) =>
    set_aside.newest.map(({ position, type, stream, reason, at }) => [name, type, stream, position, at, reason]),
  )
  return rows.length === 0 ? '' : table(['name', 'set aside', 'of', 'position', 'at', 'reason'], rows)
}

/** How far each read model is, for people. */
export const projectionsTable = (projections: readonly Projection[]): string =>
  table(
    ['name', 'version', 'filling', 'asked', 'status', 'events', 'set aside', 'failure'],
    projections.map(({ name, version, generation, shown, status, events, set_aside, failure }) => [
      name,
      String(version),
      String(generation),
      shown ? 'yes' : 'no',
      status,
      String(events),
      String(set_aside.count),
      failure?.error ?? '',
    ]),
  )
