import type { Host, Label, Team } from '../../client/json.ts'
import type { MusterClient } from '../../client/muster-client.ts'
import type { AimedProfile } from '../../client/settings-client.ts'
import type { Wanted } from './wanted.ts'
import { comparable } from './wanted.ts'

/** What the server has of that which files speak of. */
export type Present = Readonly<{
  teams: readonly Team[]
  labels: readonly Label[]
  /** Of manual labels whose hosts are told, by the label's id. */
  hosts: ReadonlyMap<number, readonly Host[]>
  /** Of teams whose profiles are told, by the team's id; null is no team. */
  profiles: ReadonlyMap<number | null, readonly AimedProfile[]>
  variables: readonly string[]
}>

/** Asks the server; changes nothing and leaves no trace in its log. */
export const readPresent = async ({ teams, labels, settings }: MusterClient, wanted: Wanted): Promise<Present> => {
  const [allTeams, allLabels] = [await teams.list(), await labels.list()]
  const hosts = new Map<number, readonly Host[]>()
  for (const label of wanted.labels) {
    const there = labelNamed(allLabels, label.name)
    if (there === undefined || label.membership !== 'manual' || label.hosts === null) continue
    hosts.set(there.id, await settings.hostsOfLabel(there.id))
  }
  const profiles = new Map<number | null, readonly AimedProfile[]>()
  for (const { name, lists } of wanted.teams) {
    const id = name === null ? null : teamNamed(allTeams, name)?.id
    if (lists.length > 0 && id !== undefined) profiles.set(id, await settings.profilesOf(id))
  }
  const variables = wanted.variables.length === 0 ? [] : await settings.secretVariables()
  return { teams: allTeams, labels: allLabels, hosts, profiles, variables: variables.map(({ name }) => name) }
}

export const teamNamed = (teams: readonly Team[], name: string): Team | undefined =>
  teams.find((team) => comparable(team.name) === comparable(name))

export const labelNamed = (labels: readonly Label[], name: string): Label | undefined =>
  labels.find((label) => comparable(label.name) === comparable(name))
