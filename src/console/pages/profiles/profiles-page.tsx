import { Button, Select } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useState } from 'react'
import { useTeams } from '../../api/groups.ts'
import { useProfiles, useTeamCounts } from '../../api/profiles.ts'
import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../parts/page.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { useAddress } from '../../parts/search-params.ts'
import { StatusNumbers } from '../../parts/status.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingTable } from '../../parts/waiting.tsx'
import { ProfileForm } from './profile-form.tsx'
import { ProfileTable } from './profile-table.tsx'

/** A team's settings, and where they stand. */
export const ProfilesPage = () => {
  const [get, set] = useAddress()
  const [uploading, setUploading] = useState(false)
  const teams = useTeams()
  const first = teams.data?.teams[0]
  const teamId = get('team_id') || String(first?.id ?? 0)
  const profiles = useProfiles(teamId)
  const counts = useTeamCounts(teamId).data
  const query = get('query').toLowerCase()
  const choices = [
    ...(teams.data?.teams ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
    { value: '0', label: 'No team' },
  ]
  const upload = (
    <Button leftSection={<IconUpload size={14} />} onClick={() => setUploading(true)}>
      Upload a profile
    </Button>
  )
  return (
    <Page title="Profiles" about={counts === undefined ? ' ' : <StatusNumbers counts={counts} />} actions={upload}>
      <div style={{ display: 'flex', gap: 8 }}>
        <SearchField label="Name or identifier" value={get('query')} onSearch={(text) => set({ query: text })} />
        <Select
          aria-label="Team"
          w={220}
          data={choices}
          value={teamId}
          allowDeselect={false}
          searchable
          onChange={(next) => set({ team_id: next }, false)}
        />
      </div>
      {teams.data !== undefined && (
        <View of={profiles} waiting={<WaitingTable rows={8} columns={5} />}>
          {(data) => {
            const shown = data.profiles.filter(({ name, identifier }) =>
              `${name} ${identifier ?? ''}`.toLowerCase().includes(query),
            )
            return (
              <div className="table-card">
                {data.profiles.length === 0 ? (
                  <Empty title="This team has no profiles" action={upload}>
                    Drop a .mobileconfig, a declaration (.json) or a Windows profile (.xml); you see what it would do before
                    anything is sent.
                  </Empty>
                ) : shown.length === 0 ? (
                  <Empty title="No profile is called like that" />
                ) : (
                  <ProfileTable profiles={shown} />
                )}
              </div>
            )
          }}
        </View>
      )}
      <ProfileForm key={teamId} opened={uploading} onClose={() => setUploading(false)} teamId={teamId} profile={null} />
    </Page>
  )
}
