import { Anchor, Button, Table, Text } from '@mantine/core'
import { Link } from 'react-router'
import type { Host } from '../../../client/json.ts'
import type { Question } from '../../api/host-past.ts'
import { useTeamProfilesOfHost } from '../../api/hosts.ts'
import { Panel } from '../../parts/panel.tsx'

type MissingProfilesProps = Readonly<{ host: Host; onWhy: (question: Question) => void }>

/** What its team has and this host has not: for other systems, for other labels, or yet to come. */
export const MissingProfiles = ({ host, onWhy }: MissingProfilesProps) => {
  const all = useTeamProfilesOfHost(String(host.id), true).data?.profiles ?? []
  const present = new Set((host.mdm.profiles ?? []).map(({ profile_uuid }) => profile_uuid))
  const missing = all.filter(({ profile_uuid }) => !present.has(profile_uuid))
  if (missing.length === 0) return null
  return (
    <Panel title="Of its team, but not on this host">
      <Table highlightOnHover={false}>
        <Table.Tbody>
          {missing.map(({ profile_uuid, name, identifier }) => (
            <Table.Tr key={profile_uuid}>
              <Table.Td>
                <Anchor component={Link} to={`/profiles/${profile_uuid}`}>
                  {name}
                </Anchor>{' '}
                <Text size="xs" className="quiet mono" component="span">
                  {identifier}
                </Text>
              </Table.Td>
              <Table.Td ta="right">
                <Button
                  variant="subtle"
                  aria-label={`Why ${name} is not here`}
                  onClick={() => onWhy({ kind: 'missing', id: profile_uuid, name })}
                >
                  Why not
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  )
}
