import { ActionIcon, Anchor, Button, Group, Table, Text, Tooltip } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { Link } from 'react-router'
import type { Host, HostProfile } from '../../../client/json.ts'
import { useResend } from '../../api/host-deeds.ts'
import type { Question } from '../../api/host-past.ts'
import { Empty } from '../../parts/empty.tsx'
import { Problem } from '../../parts/problem.tsx'
import { StatusMark } from '../../parts/status.tsx'

type HostProfilesProps = Readonly<{ host: Host; past: boolean; onWhy: (question: Question) => void }>

/** The profiles of a host, each with its status and the way to its reason. */
export const HostProfiles = ({ host, past, onWhy }: HostProfilesProps) => {
  const resend = useResend(String(host.id))
  const profiles = host.mdm.profiles ?? []
  if (profiles.length === 0)
    return (
      <div className="table-card">
        <Empty title={past ? 'It had no profiles then' : 'It has no profiles'}>
          {past ? null : (
            <>
              Upload one to its team under{' '}
              <Anchor component={Link} to={`/profiles?team_id=${String(host.team_id ?? 0)}`}>
                Profiles
              </Anchor>
              .
            </>
          )}
        </Empty>
      </div>
    )
  return (
    <>
      {resend.isError && <Problem error={resend.error} />}
      <div className="table-card">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Profile</Table.Th>
              <Table.Th w={150}>Status</Table.Th>
              <Table.Th>Detail</Table.Th>
              <Table.Th w={110}>
                <span hidden>Deeds</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {profiles.map((profile) => (
              <ProfileRow
                key={profile.profile_uuid}
                profile={profile}
                onWhy={() => onWhy({ kind: 'profile', id: profile.profile_uuid, name: profile.name })}
                onResend={past ? null : () => resend.mutate(profile.profile_uuid)}
                isSending={resend.isPending && resend.variables === profile.profile_uuid}
              />
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </>
  )
}

type ProfileRowProps = Readonly<{ profile: HostProfile; onWhy: () => void; onResend: (() => void) | null; isSending: boolean }>

const ProfileRow = ({ profile, onWhy, onResend, isSending }: ProfileRowProps) => (
  <Table.Tr>
    <Table.Td>
      <Anchor component={Link} to={`/profiles/${profile.profile_uuid}`} fw={500}>
        {profile.name}
      </Anchor>
      <Text size="xs" className="quiet mono cut">
        {profile.identifier}
      </Text>
    </Table.Td>
    <Table.Td>
      <StatusMark status={profile.status} />
      {profile.operation_type === 'remove' && <span className="quiet"> (removal)</span>}
    </Table.Td>
    <Table.Td>
      <Text size="sm">{profile.detail}</Text>
    </Table.Td>
    <Table.Td>
      <Group gap={4} justify="flex-end" wrap="nowrap">
        <Button variant="subtle" onClick={onWhy} aria-label={`Why ${profile.name} is ${profile.status}`}>
          Why
        </Button>
        {onResend !== null && (
          <Tooltip label="Send it again">
            <ActionIcon aria-label={`Send ${profile.name} again`} loading={isSending} onClick={onResend}>
              <IconRefresh size={15} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
    </Table.Td>
  </Table.Tr>
)
