import type { App } from '../../app/app.ts'
import { inParallel } from '../../app/in-parallel.ts'
import type { Undoing } from '../../domain/change-sets/course.ts'
import { intents } from '../../domain/change-sets/intents.ts'
import type { Inverse } from '../../domain/change-sets/inverses.ts'
import { inOrder } from '../../domain/change-sets/inverses.ts'
import { labelCourse, labelInverse } from '../../domain/change-sets/label-inverse.ts'
import { profileCourse, profileInverse } from '../../domain/change-sets/profile-inverse.ts'
import { teamCourse, teamInverse } from '../../domain/change-sets/team-inverse.ts'
import type { Recorded } from '../../kernel/event.ts'
import { grouped } from '../../kernel/grouped.ts'
import { streamOf } from '../../kernel/ids.ts'
import type { MovedHost } from '../../projections/change-set-effects.ts'
import { commandsAskedBy, hostsMovedBy } from '../../projections/change-set-effects.ts'
import type { IntentRow } from '../../projections/change-sets.ts'
import { intentsOf, thingsTouchedBy } from '../../projections/change-sets.ts'

/** A change that others made since to what is to be undone. `what` is the beginning of a sentence. */
export type Later = Readonly<{ what: string; changeSet: string; at: string | null; actor: string | null }>

/** What cannot be undone, and what is left as it is; `event` names what happened. */
export type Unmoved = Readonly<{ event: string; id: string; name: string | null; reason: string }>

export type Gathered = Readonly<{
  /** In the order in which they are to be done. */
  inverses: readonly Inverse[]
  later: readonly Later[]
  cannot: readonly Unmoved[]
  skipped: readonly Unmoved[]
  /** An undo that was cut off has done so much already. */
  begun: boolean
}>

const atATime = 16
const page = 1000
/** More deeds of this kind than this are not told one by one. */
const mostIntents = 10_000

/** Reads what a change set did from the streams that it changed, and says what would make all of it what it was. */
export const gatherInverses = async (app: App, undoing: Undoing): Promise<Gathered> => {
  const things = await app.read(thingsTouchedBy(undoing.changeSet))
  const parts = await inParallel(things, atATime, async ({ category, subject }) => {
    const events = await app.log.readStream(streamOf(category, subject))
    return ofThing[category](subject, events, undoing)
  })
  const all = [...parts, await movedHosts(app, undoing), await asked(app, undoing)]
  return {
    inverses: inOrder(all.flatMap(({ inverses }) => inverses)),
    later: all.flatMap(({ later = [] }) => later),
    cannot: all.flatMap(({ cannot = [] }) => cannot),
    skipped: all.flatMap(({ skipped = [] }) => skipped),
    begun: all.some(({ begun }) => begun === true),
  }
}

type Part = Readonly<{ inverses: readonly Inverse[] } & Partial<Omit<Gathered, 'inverses'>>>

type OfThing = (id: string, events: readonly Recorded[], undoing: Undoing) => Part

const nothing: Part = { inverses: [] }

const ofThing: Readonly<Record<'profile' | 'label' | 'team', OfThing>> = {
  profile: (id, events, undoing) => {
    const course = profileCourse(events, undoing)
    if (course === null) return nothing
    const name = (course.now ?? course.before ?? course.after)?.name ?? id
    return part({ what: 'profile', id, name }, course, profileInverse(id, course))
  },
  label: (id, events, undoing) => {
    const course = labelCourse(events, undoing)
    if (course === null) return nothing
    const name = (course.now ?? course.before ?? course.after)?.definition.name ?? id
    return part({ what: 'label', id, name }, course, labelInverse(id, course))
  },
  team: (id, events, undoing) => {
    const course = teamCourse(events, undoing)
    if (course === null) return nothing
    const name = (course.now ?? course.before ?? course.after)?.name ?? id
    return part({ what: 'team', id, name }, course, teamInverse(id, course))
  },
}

type Thing = Readonly<{ what: string; id: string; name: string }>

const part = (
  { what, id, name }: Thing,
  { later, begun }: Readonly<{ later: readonly Recorded[]; begun: boolean }>,
  inverses: readonly Inverse[],
): Part => ({
  inverses,
  begun,
  later: later.map(({ type, at, metadata }) => ({
    ...{ what: `The ${what} ${name} was ${deeds[type] ?? 'changed'} since`, at },
    ...{ changeSet: metadata.$correlationId, actor: metadata.actor.id },
  })),
  skipped:
    inverses.length > 0 || begun
      ? []
      : [{ event: what, id, name, reason: `The ${what} ${name} is already as it was, or was changed since beyond that.` }],
})

const deeds: Readonly<Record<string, string>> = {
  ProfileUploaded: 'uploaded',
  ProfileEdited: 'edited',
  ProfileRetargeted: 'aimed elsewhere',
  ProfileDeleted: 'deleted',
  LabelCreated: 'brought back',
  LabelEdited: 'edited',
  LabelListed: 'listed anew',
  LabelDeleted: 'deleted',
  TeamCreated: 'brought back',
  TeamRenamed: 'renamed',
  TeamDeleted: 'deleted',
}

/** Hosts go back only from where the change set left them. */
const movedHosts = async ({ read }: App, { changeSet, undo }: Undoing): Promise<Part> => {
  const moved: MovedHost[] = []
  for (let after = ''; ;) {
    const rows = await read(hostsMovedBy(changeSet, undo, after, page))
    moved.push(...rows.filter(({ from, to }) => from !== to))
    after = rows.at(-1)?.host_id ?? after
    if (rows.length < page) break
  }
  const ways = grouped(
    moved.filter(({ later, undone }) => later === null && !undone),
    ({ from, to }) => `${to} ${from}`,
  )
  const since = grouped(
    moved.filter(({ later }) => later !== null),
    ({ later }) => later ?? '',
  )
  return {
    begun: moved.some(({ undone }) => undone),
    inverses: [...ways].map(([way, hosts]) => {
      const [from = '', to = ''] = way.split(' ')
      return { deed: 'move-hosts', from, to, hostIds: hosts.map(({ host_id }) => host_id) }
    }),
    later: [...since].map(([id, hosts]) => ({
      ...{ what: `${String(hosts.length)} of the hosts were moved since`, changeSet: id, at: null, actor: null },
    })),
    skipped: [...since.values()].flat().map(({ host_id }) => ({
      ...{ event: 'HostTransferred', id: host_id, name: null, reason: 'The host was moved again since, and stays where it is.' },
    })),
  }
}

/** Commands are taken back, as far as they still wait; the rest of what admins do is past undoing. */
const asked = async ({ read }: App, { changeSet }: Undoing): Promise<Part> => {
  const commands = await read(commandsAskedBy(changeSet))
  const commanded = new Set(commands.map(({ host_id }) => host_id))
  const rows: IntentRow[] = []
  for (let after = ''; rows.length < mostIntents;) {
    const next = await read(intentsOf(changeSet, after, page))
    rows.push(...next)
    after = next.at(-1)?.event_position ?? after
    if (next.length < page) break
  }
  const told = rows.flatMap((row) => {
    const byHand = row.type === 'UnlockRequested' && !commanded.has(row.subject)
    const reason = byHand ? 'A person unlocks the host with the PIN that was shown; lock it again.' : (intents[row.type] ?? null)
    return reason === null ? [] : [{ event: row.type, id: row.subject, name: row.name, reason }]
  })
  return {
    inverses: commands.map(({ host_id: hostId, command_id: commandId, kind }) => ({
      ...{ deed: 'cancel-command', hostId, commandId, kind },
    })),
    cannot: told,
  }
}
