import type { Family, LabelChange } from '../../client/settings-client.ts'
import type { NewLabel } from '../../client/json.ts'
import { planLabel } from './plan-labels.ts'
import { profileLines } from './plan-profiles.ts'
import type { Present } from './present.ts'
import { labelNamed, teamNamed } from './present.ts'
import type { Wanted, WantedProfile, WantedTeam } from './wanted.ts'
import { comparable } from './wanted.ts'

/** One change, and how people are told of it. */
export type Step =
  | Readonly<{ kind: 'create-label'; lines: readonly string[]; label: NewLabel }>
  | Readonly<{ kind: 'edit-label'; lines: readonly string[]; id: number; change: LabelChange }>
  | Readonly<{ kind: 'create-team'; lines: readonly string[]; name: string }>
  | Readonly<{
      kind: 'profiles'
      lines: readonly string[]
      team: TeamId
      lists: readonly Family[]
      profiles: readonly WantedProfile[]
    }>

/** A team by its id, or by its name when it is yet to come. */
export type TeamId = Readonly<{ id: number | null }> | Readonly<{ coming: string }>

/** Secrets are handed over each time, because only the server can compare them; it leaves alone what is the same. */
export type HandedOver = Readonly<{
  variables: Wanted['variables']
  enrollSecrets: readonly Readonly<{ team: TeamId; name: string; secrets: readonly string[] }>[]
}>

export type Plan = Readonly<{
  /** In the order in which they are carried out. */
  steps: readonly Step[]
  handedOver: HandedOver
  /** Secrets and labels that profiles name and the server does not have yet. */
  coming: Readonly<{ variables: ReadonlySet<string>; labels: ReadonlySet<string> }>
  /** What cannot be done. */
  impossible: readonly string[]
  notes: readonly string[]
}>

/** What makes the server what the files say. What they do not speak of is left alone, and the notes say so. */
export const planOf = (wanted: Wanted, present: Present): Plan => {
  const labels = wanted.labels.map((label) => planLabel(label, present))
  const teams = wanted.teams.flatMap(({ name }): readonly Step[] =>
    name === null || teamNamed(present.teams, name) !== undefined
      ? []
      : [{ kind: 'create-team', lines: [`+ team ${name}`], name }],
  )
  return {
    steps: [...labels.flatMap(({ steps }) => steps), ...teams, ...wanted.teams.flatMap((team) => profileSteps(team, present))],
    handedOver: {
      variables: wanted.variables,
      enrollSecrets: wanted.teams.flatMap(({ name, secrets }) =>
        secrets === null ? [] : [{ team: idOf(name, present), name: calledIn(name), secrets }],
      ),
    },
    coming: {
      variables: new Set(wanted.variables.map(({ name }) => name).filter((name) => !present.variables.includes(name))),
      labels: new Set(
        wanted.labels.map(({ name }) => comparable(name)).filter((name) => labelNamed(present.labels, name) === undefined),
      ),
    },
    impossible: labels.flatMap(({ impossible }) => impossible),
    notes: [...wanted.notes, ...leftAlone(wanted, present)],
  }
}

/** How people call a team. */
const calledIn = (name: string | null): string => (name === null ? 'no team' : `team ${name}`)

const idOf = (name: string | null, { teams }: Present): TeamId => {
  if (name === null) return { id: null }
  const there = teamNamed(teams, name)
  return there === undefined ? { coming: name } : { id: there.id }
}

const profileSteps = ({ name, lists, profiles }: WantedTeam, present: Present): readonly Step[] => {
  if (lists.length === 0) return []
  const team = idOf(name, present)
  const all = 'id' in team ? (present.profiles.get(team.id) ?? []) : []
  const there = all.filter(({ platform }) => lists.includes(platform === 'windows' ? 'windows' : 'apple'))
  const lines = profileLines(profiles, there).map((line) => `${line} in ${calledIn(name)}`)
  return lines.length === 0 ? [] : [{ kind: 'profiles', lines, team, lists, profiles }]
}

const leftAlone = ({ labels, teams }: Wanted, present: Present): readonly string[] => {
  const named = (wanted: readonly Readonly<{ name: string | null }>[]) =>
    new Set(wanted.flatMap(({ name }) => (name === null ? [] : [comparable(name)])))
  const [toldTeams, toldLabels] = [named(teams), named(labels)]
  const rest = (all: readonly Readonly<{ name: string }>[], told: ReadonlySet<string>) =>
    all.flatMap(({ name }) => (told.has(comparable(name)) ? [] : [name])).sort()
  return [
    ...leftNote('Teams that are in no file', rest(present.teams, toldTeams)),
    ...leftNote(
      'Labels that are in no file',
      rest(
        present.labels.filter(({ label_type }) => label_type !== 'builtin'),
        toldLabels,
      ),
    ),
    ...teams.flatMap((team) =>
      untold(team).map((what) => `The ${what} of ${calledIn(team.name)} are left alone; an empty list [] would remove them.`),
    ),
  ]
}

/** What a file that tells something of a team leaves out. */
const untold = ({ secrets, lists }: WantedTeam): readonly string[] => {
  if (lists.length === 0) return secrets === null ? [] : ['profiles']
  return [
    ...(lists.includes('apple') ? [] : ['profiles and declarations for Apple devices']),
    ...(lists.includes('windows') ? [] : ['profiles for Windows']),
  ]
}

const leftNote = (what: string, names: readonly string[]): readonly string[] => {
  if (names.length === 0) return []
  const shown = names.slice(0, 10).join(', ')
  return [`${what} are left alone: ${shown}${names.length > 10 ? ` and ${String(names.length - 10)} more` : ''}.`]
}
