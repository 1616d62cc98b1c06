import { Badge, Group, MultiSelect, Select, Stack } from '@mantine/core'
import { useLabels } from '../../api/groups.ts'
import type { NamedLabel, TargetedProfile } from '../../api/json.ts'
import type { Targeting } from '../../api/profiles.ts'

const modes = [
  { value: 'all', label: 'All hosts of the team' },
  { value: 'include_all', label: 'Hosts with all of these labels' },
  { value: 'include_any', label: 'Hosts with any of these labels' },
  { value: 'exclude_any', label: 'All hosts but those with any of these labels' },
] as const

const words = { include_all: 'all of', include_any: 'any of', exclude_any: 'not' } as const

const listsOf = (profile: TargetedProfile): readonly (readonly [keyof typeof words, readonly NamedLabel[]])[] => [
  ['include_all', profile.labels_include_all ?? []],
  ['include_any', profile.labels_include_any ?? []],
  ['exclude_any', profile.labels_exclude_any ?? []],
]

/** How a profile is aimed now. One that both includes and excludes is shown by what it includes. */
export const targetingOf = (profile: TargetedProfile): Targeting => {
  const [mode, labels] = listsOf(profile).find(([, list]) => list.length > 0) ?? ['all' as const, []]
  return { mode, labels: labels.map(({ name }) => name) }
}

/** Which hosts of its team get a profile. */
export const Targets = ({ profile }: Readonly<{ profile: TargetedProfile }>) => {
  const lists = listsOf(profile).filter(([, labels]) => labels.length > 0)
  if (lists.length === 0) return <span className="quiet">All hosts</span>
  return (
    <Group gap={4}>
      {lists.map(([mode, labels]) => (
        <Group key={mode} gap={4}>
          <span className="quiet">{words[mode]}</span>
          {labels.map((label) => (
            <Badge key={label.name} color={'broken' in label ? 'red' : 'gray'}>
              {label.name}
              {'broken' in label && ' (gone)'}
            </Badge>
          ))}
        </Group>
      ))}
    </Group>
  )
}

/** Chooses which hosts of the team get it. */
export const TargetingFields = ({ value, onChange }: Readonly<{ value: Targeting; onChange: (value: Targeting) => void }>) => {
  const labels = useLabels().data?.labels ?? []
  return (
    <Stack gap="xs">
      <Select
        label="For"
        data={[...modes]}
        allowDeselect={false}
        value={value.mode}
        onChange={(mode) => onChange({ ...value, mode: modes.find((one) => one.value === mode)?.value ?? 'all' })}
      />
      {value.mode !== 'all' && (
        <MultiSelect
          aria-label="Labels"
          placeholder="Choose labels"
          searchable
          data={[...new Set([...labels.map(({ name }) => name), ...value.labels])]}
          value={[...value.labels]}
          onChange={(chosen) => onChange({ ...value, labels: chosen })}
          nothingFoundMessage="No label is called like that"
        />
      )}
    </Stack>
  )
}
