import { Button, Group, List, Stack, Switch, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { LeftAlone, Undo } from '../../../client/history-json.ts'
import { planUndo, useUndo } from '../../api/change-sets.ts'
import { wordsOf } from '../../parts/activity-words.ts'
import { PlanView } from '../../parts/plan-view.tsx'
import { Problem } from '../../parts/problem.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingLines } from '../../parts/waiting.tsx'

/** What undoing would do, what it cannot and what it leaves alone, and then the deed. */
export const UndoPlan = ({ id, onClose }: Readonly<{ id: string; onClose: () => void }>) => {
  const [force, setForce] = useState(false)
  const plan = useQuery({ queryKey: ['plan', 'undo', id, force], queryFn: () => planUndo(id, force), gcTime: 0, retry: false })
  const undo = useUndo(id)
  return (
    <section className="panel" aria-label="Undo">
      <Stack gap="sm">
        <Text size="sm" fw={600}>
          Undoing this would
        </Text>
        <View of={plan} waiting={<WaitingLines lines={6} />}>
          {(data) => <Planned undo={data} />}
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
            disabled={(plan.data?.undone.length ?? 0) === 0}
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

const Planned = ({ undo: { undone, cannot, skipped, plan } }: Readonly<{ undo: Required<Undo> }>) => (
  <Stack gap="sm">
    <List size="sm" spacing={2}>
      {undone.map(({ deed, id, name, hosts }, index) => (
        <List.Item key={`${id} ${String(index)}`}>
          {wordsOf(deed)} <b>{name ?? id}</b>
          {hosts !== undefined && <span className="quiet"> · {hosts} hosts</span>}
        </List.Item>
      ))}
      {undone.length === 0 && <List.Item>do nothing</List.Item>}
    </List>
    <PlanView plan={plan} />
    <Left title="Cannot be undone" things={cannot} />
    <Left title="Is left as it is" things={skipped} />
  </Stack>
)

const Left = ({ title, things }: Readonly<{ title: string; things: readonly LeftAlone[] }>) =>
  things.length > 0 && (
    <div>
      <Text size="sm" fw={600} c="orange">
        {title}
      </Text>
      <List size="sm" spacing={2}>
        {things.map(({ event, id, name, reason }, index) => (
          <List.Item key={`${id} ${String(index)}`}>
            {wordsOf(event)} {name !== null && <b>{name}</b>} <span className="quiet">{reason}</span>
          </List.Item>
        ))}
      </List>
    </div>
  )
