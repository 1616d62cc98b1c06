import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { ApiError } from '../../api/api-error.ts'
import { useTeams } from '../../api/groups.ts'
import type { TargetedProfile } from '../../api/json.ts'
import type { Targeting } from '../../api/profiles.ts'
import { planUpload, useEdit, useUpload } from '../../api/profiles.ts'
import { DropZone } from '../../parts/drop-zone.tsx'
import { PlanFirst } from '../../parts/plan-first.tsx'
import { Problem } from '../../parts/problem.tsx'
import { settingsFiles } from './profile-kind.ts'
import { TargetingFields, targetingOf } from './targets.tsx'

type ProfileFormProps = Readonly<{
  opened: boolean
  onClose: () => void
  teamId: string
  /** The one that is changed; null: a new one. */
  profile: TargetedProfile | null
}>

/** Uploads a profile, or a new version of one: file, team, targets, then what it would do, then the deed. */
export const ProfileForm = ({ opened, onClose, ...rest }: ProfileFormProps) => (
  <Modal
    opened={opened}
    onClose={onClose}
    size="xl"
    title={<Text fw={600}>{rest.profile === null ? 'Upload a profile' : `Change ${rest.profile.name}`}</Text>}
  >
    <FormBody {...rest} onClose={onClose} />
  </Modal>
)

const FormBody = ({ onClose, teamId: initial, profile }: Omit<ProfileFormProps, 'opened'>) => {
  const [file, setFile] = useState<File | null>(null)
  const [wrong, setWrong] = useState<string | null>(null)
  const [teamId, setTeamId] = useState(initial)
  const [targeting, setTargeting] = useState<Targeting>(profile === null ? { mode: 'all', labels: [] } : targetingOf(profile))
  const upload = useUpload()
  const edit = useEdit(profile?.profile_uuid ?? '')
  const wish = { file, teamId, targeting }
  const writing = profile === null ? upload : edit
  const isWhole = file !== null && (targeting.mode === 'all' || targeting.labels.length > 0)
  const identity = [file?.name, file?.size, file?.lastModified, teamId, targeting.mode, ...targeting.labels]

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        writing.mutate(wish, { onSuccess: onClose })
      }}
    >
      <Stack gap="sm">
        <DropZone
          accept={settingsFiles}
          file={file}
          onFile={(next) => {
            writing.reset()
            setWrong(null)
            setFile(next)
          }}
          onWrong={(message) => {
            setFile(null)
            setWrong(message)
          }}
        />
        {wrong !== null && <Problem error={new ApiError(400, wrong)} />}
        {profile === null && <TeamField value={teamId} onChange={setTeamId} />}
        <TargetingFields value={targeting} onChange={setTargeting} />
        {isWhole && <PlanFirst id={identity} plan={() => planUpload(wish, profile?.profile_uuid ?? null)} />}
        {writing.isError && <Problem error={writing.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!isWhole} loading={writing.isPending}>
            {profile === null ? 'Upload' : 'Save'}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

const TeamField = ({ value, onChange }: Readonly<{ value: string; onChange: (teamId: string) => void }>) => {
  const teams = useTeams().data?.teams ?? []
  return (
    <Select
      label="Team"
      data={[...teams.map(({ id, name }) => ({ value: String(id), label: name })), { value: '0', label: 'No team' }]}
      value={value}
      allowDeselect={false}
      onChange={(next) => onChange(next ?? '0')}
    />
  )
}
