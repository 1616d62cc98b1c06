import type { App } from '../../../app/app.ts'
import { inParallel } from '../../../app/in-parallel.ts'
import type { LookedUp } from '../../../app/lives.ts'
import { lives } from '../../../app/lives.ts'
import type { Moment } from '../../../app/moment.ts'
import type { Replay } from '../../../app/replay.ts'
import { replayer } from '../../../app/replay.ts'
import type { LabelNature } from '../../../domain/cohorts/desired.ts'
import { builtInLabels } from '../../../domain/labels/built-in.ts'
import type { LabelFacts } from '../../../domain/labels/label-facts.ts'
import { labelFacts } from '../../../domain/labels/label-facts.ts'
import type { Setting } from '../../../domain/profiles/setting.ts'
import { setting } from '../../../domain/profiles/setting.ts'
import { noTeam } from '../../../domain/teams/events.ts'
import type { TeamFacts } from '../../../domain/teams/team-facts.ts'
import { teamFacts } from '../../../domain/teams/team-facts.ts'
import { settingNames, settingsEverOf } from '../../../projections/cohort-directory.ts'
import { forgottenRevision } from '../hosts/forgotten.ts'
import type { PastHost } from './past-host.ts'
import { pastHost } from './past-host.ts'

/** How many streams are asked at a time: as many as the log has connections, and a few that wait. */
const atATime = 16
/** Clocks of several servers may differ by this much, ms, and a deletion still be found. */
const clockSlack = 60 * 60 * 1000
const mostSettings = 10_000

/** Looking back into streams. What the answers of a moment rest on is kept in memory, bounded; make one for a process. */
export type LookingBack = Readonly<{
  host: Replay<PastHost>
  /** The revision at which a host was forgotten last; -1: it never was. */
  forgottenRevision: (hostId: string) => Promise<number>
  team: (id: string, moment: Moment) => Promise<LookedUp<TeamFacts>>
  label: (id: string, moment: Moment) => Promise<LookedUp<LabelFacts>>
  setting: (id: string, moment: Moment) => Promise<LookedUp<Setting | null>>
  /** The name of a team then; null of one that was not there, and of no team. */
  teamName: (teamId: string, moment: Moment) => Promise<string | null>
  /** Labels by id, those that were there or had been; the built-in ones are not among them. */
  labels: (ids: readonly string[], moment: Moment) => Promise<ReadonlyMap<string, LabelFacts & LabelNature>>
  /** The settings that a team had, by name. */
  settingsOf: (teamId: string, moment: Moment) => Promise<readonly Setting[]>
  /** What settings were called then; those that were gone, what they were called last. */
  settingNames: (ids: readonly string[], moment: Moment) => Promise<ReadonlyMap<string, string>>
}>

export const lookingBack = ({ log, read, load }: Pick<App, 'log' | 'read' | 'load'>): LookingBack => {
  const team = lives(log, teamFacts)
  const label = lives(log, labelFacts)
  const settings = lives(log, setting)

  const each = async <F>(ids: readonly string[], look: (id: string) => Promise<LookedUp<F>>) =>
    (await inParallel([...new Set(ids)], atATime, async (id) => [id, (await look(id)).was?.facts] as const)).flatMap(
      ([id, facts]) => (facts === undefined ? [] : [[id, facts] as const]),
    )

  return {
    host: replayer(log, pastHost),
    forgottenRevision: (hostId) => forgottenRevision({ log, load }, hostId),
    team,
    label,
    setting: settings,
    teamName: async (teamId, moment) => {
      const { was } = teamId === noTeam ? { was: null } : await team(teamId, moment)
      return was?.facts.deleted === false ? was.facts.name : null
    },
    labels: async (ids, moment) => {
      const made = ids.filter((id) => builtInLabels.every((builtIn) => builtIn.id !== id))
      return new Map(await each(made, (id) => label(id, moment)))
    },
    settingsOf: async (teamId, moment) => {
      const since = 'until' in moment ? new Date(moment.until - clockSlack).toISOString() : null
      const candidates = await read(settingsEverOf(teamId, since, mostSettings))
      const known = await each(
        candidates.map(({ profile_id }) => profile_id),
        (id) => settings(id, moment),
      )
      return known
        .flatMap(([, facts]) => (facts === null ? [] : [facts]))
        .sort((one, other) => (one.name < other.name || (one.name === other.name && one.profileId < other.profileId) ? -1 : 1))
    },
    settingNames: async (ids, moment) => {
      const known = await each(ids, (id) => settings(id, moment))
      const then = known.flatMap(([id, facts]) => (facts === null ? [] : [[id, facts.name] as const]))
      const gone = ids.filter((id) => then.every(([one]) => one !== id))
      const last = gone.length === 0 ? [] : await read(settingNames(gone))
      return new Map([...last.map(({ profile_id, name }) => [profile_id, name] as const), ...then])
    },
  }
}
