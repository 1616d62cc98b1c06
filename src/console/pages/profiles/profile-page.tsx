import { Button, Group, Skeleton, Stack } from '@mantine/core'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { useTeams } from '../../api/groups.ts'
import type { TargetedProfile } from '../../api/json.ts'
import { planRemoval, useProfile, useProfileCounts, useRemoval, useResendFailed } from '../../api/profiles.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Figure } from '../../parts/figure.tsx'
import { Id } from '../../parts/id.tsx'
import { Page } from '../../parts/page.tsx'
import { Panel } from '../../parts/panel.tsx'
import { PlanFirst } from '../../parts/plan-first.tsx'
import { Problem } from '../../parts/problem.tsx'
import { StatusBar, statuses } from '../../parts/status.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingLines } from '../../parts/waiting.tsx'
import { When } from '../../parts/when.tsx'
import { ProfileForm } from './profile-form.tsx'
import { kindOf } from './profile-kind.ts'
import { ProfileSource } from './profile-source.tsx'
import { Targets } from './targets.tsx'

/** One profile: where it stands, whom it is for, and what it holds. */
export const ProfilePage = () => {
  const { uuid = '' } = useParams()
  const profile = useProfile(uuid)
  const { data } = profile
  return (
    <Page
      title={data?.name ?? 'Profile'}
      heading={data?.name ?? <Skeleton height={24} width={220} />}
      about={data === undefined ? <Skeleton height={18} width={300} mt={4} /> : <Marks profile={data} />}
      actions={data !== undefined && <Deeds profile={data} />}
    >
      <View of={profile} waiting={<WaitingLines lines={8} />}>
        {(known) => (
          <Stack gap="md">
            <Standing uuid={uuid} />
            <Panel title="For">
              <Targets profile={known} />
            </Panel>
            <ProfileSource uuid={uuid} checksum={known.checksum} />
          </Stack>
        )}
      </View>
    </Page>
  )
}

const Marks = ({ profile }: Readonly<{ profile: TargetedProfile }>) => {
  const teams = useTeams().data?.teams ?? []
  return (
    <Group gap="md">
      <span>{kindOf(profile)}</span>
      <span>{profile.team_id === null ? 'No team' : (teams.find(({ id }) => id === profile.team_id)?.name ?? 'A team')}</span>
      {profile.identifier !== undefined && <Id value={profile.identifier} />}
      <span>
        changed <When at={profile.updated_at} />
      </span>
    </Group>
  )
}

const Standing = ({ uuid }: Readonly<{ uuid: string }>) => {
  const counts = useProfileCounts(uuid)
  return (
    <Panel title="Hosts">
      <View of={counts} waiting={<Skeleton height={62} />}>
        {(data) => (
          <Stack gap="sm">
            <StatusBar counts={data} />
            <Group gap={40}>
              {statuses.map((status) => (
                <Figure
                  key={status}
                  value={data[status]}
                  label={status}
                  to={`/hosts?profile_uuid=${uuid}&profile_status=${status}`}
                  {...(status === 'failed' && { tone: 'var(--failed)' })}
                />
              ))}
            </Group>
          </Stack>
        )}
      </View>
    </Panel>
  )
}

const Deeds = ({ profile }: Readonly<{ profile: TargetedProfile }>) => {
  const { profile_uuid: uuid, name } = profile
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null)
  const navigate = useNavigate()
  const resend = useResendFailed(uuid)
  const removal = useRemoval(uuid)
  const failed = useProfileCounts(uuid).data?.failed ?? 0
  const close = (): void => setOpen(null)
  const remove = (): void =>
    removal.mutate(null, { onSuccess: () => void navigate(`/profiles?team_id=${String(profile.team_id ?? 0)}`) })
  return (
    <>
      {resend.isError && <Problem error={resend.error} />}
      {failed > 0 && (
        <Button variant="default" loading={resend.isPending} onClick={() => resend.mutate(null)}>
          Send again where it failed
        </Button>
      )}
      <Button variant="default" onClick={() => setOpen('edit')}>
        Change…
      </Button>
      <Button variant="default" c="red" onClick={() => setOpen('delete')}>
        Delete…
      </Button>
      <ProfileForm opened={open === 'edit'} onClose={close} teamId={String(profile.team_id ?? 0)} profile={profile} />
      <Confirm
        opened={open === 'delete'}
        title={`Delete ${name}?`}
        deed="Delete"
        dangerous
        busy={removal.isPending}
        error={removal.error}
        onConfirm={remove}
        onClose={close}
      >
        It is taken off every host that has it.
        {open === 'delete' && <PlanFirst id={['delete', uuid]} plan={() => planRemoval(uuid)} />}
      </Confirm>
    </>
  )
}
