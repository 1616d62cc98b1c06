import { ActionIcon, Anchor, Button, Group, Menu, Table } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Team } from '../../../client/json.ts'
import { useTeamRemoval, useTeams } from '../../api/groups.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../parts/page.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingTable } from '../../parts/waiting.tsx'
import { When } from '../../parts/when.tsx'
import { TeamForm } from './team-form.tsx'

type Open = Readonly<{ deed: 'new' | 'edit' | 'delete'; team: Team | null }>

/** Groups of hosts with settings of their own. */
export const TeamsPage = () => {
  const teams = useTeams()
  const removal = useTeamRemoval()
  const [open, setOpen] = useState<Open | null>(null)
  const close = (): void => setOpen(null)
  const make = <Button onClick={() => setOpen({ deed: 'new', team: null })}>New team</Button>
  return (
    <Page title="Teams" about="Each host is in one team or in none, and gets the team’s settings." actions={make}>
      <View of={teams} waiting={<WaitingTable rows={5} columns={4} />}>
        {(data) => (
          <div className="table-card">
            {data.teams.length === 0 ? (
              <Empty title="No teams yet" action={make}>
                Without teams, every host gets the settings of “No team”.
              </Empty>
            ) : (
              <TeamTable teams={data.teams} onOpen={setOpen} />
            )}
          </div>
        )}
      </View>
      <TeamForm opened={open?.deed === 'new' || open?.deed === 'edit'} team={open?.team ?? null} onClose={close} />
      <Confirm
        opened={open?.deed === 'delete'}
        title={`Dissolve ${open?.team?.name ?? ''}?`}
        deed="Dissolve"
        dangerous
        {...(open?.team !== null && open?.team !== undefined && { word: open.team.name })}
        busy={removal.isPending}
        error={removal.error}
        onConfirm={() => removal.mutate(open?.team?.id ?? 0, { onSuccess: close })}
        onClose={close}
      >
        Its {open?.team?.host_count ?? 0} hosts go to “No team” and lose the settings of this one; its profiles are deleted.
      </Confirm>
    </Page>
  )
}

const TeamTable = ({ teams, onOpen }: Readonly<{ teams: readonly Team[]; onOpen: (open: Open) => void }>) => (
  <Table>
    <Table.Thead>
      <Table.Tr>
        <Table.Th>Name</Table.Th>
        <Table.Th>Description</Table.Th>
        <Table.Th w={100}>Hosts</Table.Th>
        <Table.Th w={120}>Made</Table.Th>
        <Table.Th w={200} />
      </Table.Tr>
    </Table.Thead>
    <Table.Tbody>
      {teams.map((team) => (
        <Table.Tr key={team.id}>
          <Table.Td fw={500}>{team.name}</Table.Td>
          <Table.Td className="cut">{team.description}</Table.Td>
          <Table.Td>
            <Anchor component={Link} to={`/hosts?team_id=${String(team.id)}`} className="tabular">
              {team.host_count}
            </Anchor>
          </Table.Td>
          <Table.Td>
            <When at={team.created_at} />
          </Table.Td>
          <Table.Td>
            <Group gap={4} justify="flex-end" wrap="nowrap">
              <Button variant="subtle" component={Link} to={`/profiles?team_id=${String(team.id)}`}>
                Profiles
              </Button>
              <Menu position="bottom-end">
                <Menu.Target>
                  <ActionIcon aria-label={`What may be done to ${team.name}`}>
                    <IconDots size={16} />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item onClick={() => onOpen({ deed: 'edit', team })}>Rename…</Menu.Item>
                  <Menu.Item color="red" onClick={() => onOpen({ deed: 'delete', team })}>
                    Dissolve…
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            </Group>
          </Table.Td>
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
)
