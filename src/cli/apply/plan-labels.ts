import type { Host, Label, NewLabel } from '../../client/json.ts'
import type { LabelChange } from '../../client/settings-client.ts'
import type { WantedLabel } from './labels-in.ts'
import type { Present } from './present.ts'
import { labelNamed } from './present.ts'

type LabelStep =
  | Readonly<{ kind: 'create-label'; lines: readonly string[]; label: NewLabel }>
  | Readonly<{ kind: 'edit-label'; lines: readonly string[]; id: number; change: LabelChange }>

/** What makes a label as it is wanted; nothing when it is. */
export const planLabel = (
  wanted: WantedLabel,
  { labels, hosts }: Present,
): Readonly<{ steps: readonly LabelStep[]; impossible: readonly string[] }> => {
  const there = labelNamed(labels, wanted.name)
  const { name, description, platform } = wanted
  if (there === undefined) {
    const members =
      wanted.membership === 'manual'
        ? { hosts: wanted.hosts ?? [] }
        : wanted.membership === 'dynamic'
          ? { query: wanted.query }
          : { criteria: wanted.criteria }
    return {
      steps: [{ kind: 'create-label', lines: [`+ label ${name}`], label: { name, description, platform, ...members } }],
      impossible: [],
    }
  }
  const fixed = [
    ...(there.label_membership_type === wanted.membership
      ? []
      : [`is ${there.label_membership_type} and cannot become ${wanted.membership}`]),
    ...(there.platform === platform ? [] : [`is for ${there.platform || 'every platform'} and cannot change that`]),
  ]
  if (fixed.length > 0) return { steps: [], impossible: fixed.map((why) => `The label ${name} ${why}; delete it first.`) }
  const change = changeOf(wanted, there, hosts.get(there.id) ?? [])
  const changed = Object.keys(change)
  if (changed.length === 0) return { steps: [], impossible: [] }
  return {
    steps: [{ kind: 'edit-label', lines: [`~ label ${name} (${changed.join(', ')})`], id: there.id, change }],
    impossible: [],
  }
}

const changeOf = (wanted: WantedLabel, there: Label, members: readonly Host[]): LabelChange => ({
  ...(wanted.name !== there.name && { name: wanted.name }),
  ...(wanted.description !== there.description && { description: wanted.description }),
  ...(wanted.membership === 'dynamic' && wanted.query !== there.query && { query: wanted.query }),
  ...(wanted.membership === 'host_vitals' &&
    (wanted.criteria.vital !== there.criteria?.vital || wanted.criteria.value !== there.criteria.value) && {
      criteria: wanted.criteria,
    }),
  ...(wanted.membership === 'manual' && wanted.hosts !== null && !areMembers(wanted.hosts, members) && { hosts: wanted.hosts }),
})

/** True when the hosts that are told by id, UUID, serial number or name are these, all of them and no others. */
const areMembers = (told: readonly string[], members: readonly Host[]): boolean => {
  const namesOf = ({ id, uuid, hardware_serial, computer_name }: Host): readonly string[] => [
    ...[String(id), uuid, hardware_serial, computer_name].filter((name) => name !== ''),
  ]
  const known = new Set(members.flatMap(namesOf))
  const wanted = new Set(told)
  return told.every((name) => known.has(name)) && members.every((host) => namesOf(host).some((name) => wanted.has(name)))
}
