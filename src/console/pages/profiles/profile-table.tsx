import { Anchor, Skeleton, Table, Text } from '@mantine/core'
import { Link } from 'react-router'
import type { TargetedProfile } from '../../api/json.ts'
import { useProfileCounts } from '../../api/profiles.ts'
import { platformName } from '../../parts/platform.tsx'
import { StatusBar } from '../../parts/status.tsx'
import { When } from '../../parts/when.tsx'
import { kindOf } from './profile-kind.ts'
import { Targets } from './targets.tsx'

export const ProfileTable = ({ profiles }: Readonly<{ profiles: readonly TargetedProfile[] }>) => (
  <Table>
    <Table.Thead>
      <Table.Tr>
        <Table.Th>Name</Table.Th>
        <Table.Th w={190}>Kind</Table.Th>
        <Table.Th>For</Table.Th>
        <Table.Th w={220}>Hosts</Table.Th>
        <Table.Th w={110}>Changed</Table.Th>
      </Table.Tr>
    </Table.Thead>
    <Table.Tbody>
      {profiles.map((profile) => (
        <Table.Tr key={profile.profile_uuid}>
          <Table.Td>
            <Anchor component={Link} to={`/profiles/${profile.profile_uuid}`} fw={500}>
              {profile.name}
            </Anchor>
            <Text size="xs" className="quiet mono cut">
              {profile.identifier}
            </Text>
          </Table.Td>
          <Table.Td>
            {kindOf(profile)}
            <Text size="xs" className="quiet">
              {profile.platform === 'darwin' ? 'Apple' : platformName(profile.platform)}
            </Text>
          </Table.Td>
          <Table.Td>
            <Targets profile={profile} />
          </Table.Td>
          <Table.Td>
            <Counts uuid={profile.profile_uuid} />
          </Table.Td>
          <Table.Td>
            <When at={profile.updated_at} />
          </Table.Td>
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
)

const Counts = ({ uuid }: Readonly<{ uuid: string }>) => {
  const counts = useProfileCounts(uuid).data
  if (counts === undefined) return <Skeleton height={8} />
  const total = counts.verified + counts.verifying + counts.pending + counts.failed
  return (
    <>
      <StatusBar counts={counts} />
      <Text size="xs" className="quiet tabular">
        {total === 0 ? 'no hosts' : `${String(counts.verified + counts.verifying)} of ${String(total)} have it`}
        {counts.failed > 0 && (
          <Text span c="red" inherit>
            {' '}
            · {counts.failed} failed
          </Text>
        )}
      </Text>
    </>
  )
}
