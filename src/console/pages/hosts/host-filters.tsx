import { Button, Group } from '@mantine/core'
import { useLabels, useTeams } from '../../api/groups.ts'
import type { HostFilters } from '../../api/hosts.ts'
import { Filter } from '../../parts/filter.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { statuses } from '../../parts/status.tsx'

const platforms = [
  { value: 'darwin', label: 'macOS' },
  { value: 'ios', label: 'iOS' },
  { value: 'ipados', label: 'iPadOS' },
  { value: 'windows', label: 'Windows' },
]

const presences = [
  { value: 'online', label: 'Online' },
  { value: 'offline', label: 'Offline' },
  { value: 'mia', label: 'Missing 30 days' },
  { value: 'new', label: 'New today' },
]

const enrollments = [
  { value: 'enrolled', label: 'Enrolled' },
  { value: 'pending', label: 'Enrolling' },
  { value: 'unenrolled', label: 'Not enrolled' },
]

const settings = statuses.map((status) => ({ value: status, label: `Settings ${status}` }))

/** What the API calls each filter, as it stands in the address too. */
export const filterNames = [
  'query',
  'team_id',
  'status',
  'platform',
  'os_settings',
  'mdm_enrollment_status',
  'label_id',
  'profile_uuid',
  'profile_status',
] as const

type HostFiltersProps = Readonly<{ filters: HostFilters; onChange: (change: Readonly<Record<string, string | null>>) => void }>

export const HostFilterBar = ({ filters, onChange }: HostFiltersProps) => {
  const teams = useTeams().data?.teams ?? []
  const labels = useLabels().data?.labels ?? []
  const isFiltered = filterNames.some((name) => (filters[name] ?? '') !== '')
  return (
    <Group gap="xs">
      <SearchField
        width={240}
        label="Name, serial number or UUID"
        value={filters.query ?? ''}
        onSearch={(query) => onChange({ query })}
      />
      <Filter
        label="Team"
        value={filters.team_id ?? ''}
        choices={[{ value: '0', label: 'No team' }, ...teams.map(({ id, name }) => ({ value: String(id), label: name }))]}
        onChange={(team_id) => onChange({ team_id })}
      />
      <Filter
        label="System"
        width={104}
        value={filters.platform ?? ''}
        choices={platforms}
        onChange={(platform) => onChange({ platform })}
      />
      <Filter
        label="Presence"
        width={112}
        value={filters.status ?? ''}
        choices={presences}
        onChange={(status) => onChange({ status })}
      />
      <Filter
        label="Settings"
        value={filters.os_settings ?? ''}
        choices={settings}
        onChange={(os_settings) => onChange({ os_settings })}
      />
      <Filter
        label="Management"
        value={filters.mdm_enrollment_status ?? ''}
        choices={enrollments}
        onChange={(mdm_enrollment_status) => onChange({ mdm_enrollment_status })}
      />
      <Filter
        label="Label"
        value={filters.label_id ?? ''}
        choices={labels.map(({ id, name }) => ({ value: String(id), label: name }))}
        onChange={(label_id) => onChange({ label_id })}
      />
      {isFiltered && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => onChange(Object.fromEntries(filterNames.map((name) => [name, null])))}
        >
          Clear
        </Button>
      )}
    </Group>
  )
}
