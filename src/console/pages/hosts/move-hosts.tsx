import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { planTransfer, useTeams, useTransfer } from '../../api/groups.ts'
import { PlanFirst } from '../../parts/plan-first.tsx'
import { Problem } from '../../parts/problem.tsx'

type MoveHostsProps = Readonly<{ hosts: readonly number[]; opened: boolean; onClose: () => void; onMoved: () => void }>

/** Moves hosts to another team, whose settings they then get: planned first. */
export const MoveHosts = ({ hosts, opened, onClose, onMoved }: MoveHostsProps) => {
  const teams = useTeams().data?.teams ?? []
  const transfer = useTransfer()
  const [team, setTeam] = useState<string | null>(null)
  const wish = { team_id: team === '0' ? null : Number(team), hosts }
  const move = (): void =>
    transfer.mutate(wish, {
      onSuccess: () => {
        onMoved()
        onClose()
      },
    })
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={<Text fw={600}>Move {hosts.length === 1 ? 'the host' : `${String(hosts.length)} hosts`} to a team</Text>}
    >
      <Stack gap="sm">
        <Select
          label="Team"
          placeholder="Choose a team"
          data={[{ value: '0', label: 'No team' }, ...teams.map(({ id, name }) => ({ value: String(id), label: name }))]}
          value={team}
          onChange={setTeam}
          data-autofocus
        />
        {team !== null && <PlanFirst id={['transfer', wish]} plan={() => planTransfer(wish)} />}
        {transfer.isError && <Problem error={transfer.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={team === null} loading={transfer.isPending} onClick={move}>
            Move
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
