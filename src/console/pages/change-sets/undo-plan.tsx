import { Button, Group, List, Stack, Switch, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { refusalsOf } from '../../api/change-set.ts'
import { planUndo, useUndo } from '../../api/change-sets.ts'
import type { Undone } from '../../api/json.ts'
import { PlanView } from '../../parts/plan-view.tsx'
import { Problem } from '../../parts/problem.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingLines } from '../../parts/waiting.tsx'

/** What undoing would do, what it cannot, and then the deed. */
export const UndoPlan = ({ id, onClose }: Readonly<{ id: string; onClose: () => void }>) => {
  const plan = useQuery({ queryKey: ['plan', 'undo', id], queryFn: () => planUndo(id), gcTime: 0, retry: false })
  const [force, setForce] = useState(false)
  const undo = useUndo(id)
  return (
    <section className="panel" aria-label="Undo">
      <Stack gap="sm">
        <Text size="sm" fw={600}>
          Undoing this would
        </Text>
        <View of={plan} waiting={<WaitingLines lines={5} />}>
          {(data) => <Planned data={data} />}
        </View>
        <Switch
          size="xs"
          label="Even where somebody changed the same since"
          checked={force}
          onChange={(event) => setForce(event.currentTarget.checked)}
        />
        {undo.isError && <Problem error={undo.error} />}
        <Group gap="xs" justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            color="orange"
            disabled={plan.data === undefined}
            loading={undo.isPending}
            onClick={() => undo.mutate({ force }, { onSuccess: onClose })}
          >
            Undo
          </Button>
        </Group>
      </Stack>
    </section>
  )
}

const Planned = ({ data }: Readonly<{ data: Undone }>) => {
  const refusals = refusalsOf(data.cannot)
  return (
    <Stack gap="sm">
      {data.plan !== undefined && <PlanView plan={data.plan} />}
      {refusals.length > 0 && (
        <div>
          <Text size="sm" fw={600} c="orange">
            Cannot be undone
          </Text>
          <List size="sm" spacing={2}>
            {refusals.map(({ key, name, reason }) => (
              <List.Item key={key}>
                {name} <span className="quiet">{reason}</span>
              </List.Item>
            ))}
          </List>
        </div>
      )}
    </Stack>
  )
}
