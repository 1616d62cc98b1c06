import { Anchor, Button, Drawer, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import type { ChangeSetDetails } from '../../../client/history-json.ts'
import { useChangeSet } from '../../api/change-sets.ts'
import { summaryOf } from '../../parts/change-set-words.ts'
import { Figure } from '../../parts/figure.tsx'
import { Id } from '../../parts/id.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingLines } from '../../parts/waiting.tsx'
import { At, When } from '../../parts/when.tsx'
import { TransferProgress } from './transfer-progress.tsx'
import { UndoPlan } from './undo-plan.tsx'

/** One change set: what was done, what it led to, and its undo, planned first. */
export const ChangeSetDrawer = ({ id, onClose }: Readonly<{ id: string | null; onClose: () => void }>) => {
  const changeSet = useChangeSet(id)
  return (
    <Drawer opened={id !== null} onClose={onClose} size="xl" title={<Text fw={600}>Change set</Text>}>
      <View of={changeSet} waiting={<WaitingLines lines={10} />}>
        {(data) => <Opened key={id} details={data} />}
      </View>
    </Drawer>
  )
}

const Opened = ({ details: { change_set: changeSet, events, meta } }: Readonly<{ details: ChangeSetDetails }>) => {
  const [undoing, setUndoing] = useState(false)
  const { id, at, actor, effects, transfers, in_progress, undone_by, undoes } = changeSet
  return (
    <Stack gap="md">
      <div>
        <Text fw={600}>{summaryOf(changeSet)}</Text>
        <Group gap="sm" className="quiet" fz="sm">
          <span>{actor}</span>
          <When at={at} />
          <Id value={id} short={8} />
          <Anchor component={Link} to={`/audit?change_set=${id}`}>
            In the audit
          </Anchor>
          {undone_by !== null && (
            <Anchor component={Link} to={`/change-sets/${undone_by}`}>
              Undone by {undone_by.slice(0, 8)}
            </Anchor>
          )}
          {undoes !== null && (
            <Anchor component={Link} to={`/change-sets/${undoes}`}>
              Undoes {undoes.slice(0, 8)}
            </Anchor>
          )}
        </Group>
      </div>
      <Group gap={32}>
        <Figure value={effects.hosts} label="hosts touched" />
        <Figure value={effects.installs} label="installs" />
        <Figure value={effects.removals} label="removals" />
        <Figure value={effects.transfers} label="moved" />
        <Figure value={effects.relabelled} label="relabelled" />
      </Group>
      {transfers.map((transfer) => (
        <TransferProgress key={transfer.id} transfer={transfer} />
      ))}
      {undoing ? (
        <UndoPlan id={id} onClose={() => setUndoing(false)} />
      ) : (
        <Group>
          <Button variant="default" disabled={undone_by !== null || in_progress !== null} onClick={() => setUndoing(true)}>
            {undone_by === null ? 'Undo…' : 'Was undone'}
          </Button>
        </Group>
      )}
      <div>
        {events.map(({ position, at: time, sentence }) => (
          <Group key={position} gap="sm" wrap="nowrap" align="baseline" py={3}>
            <Text size="xs" style={{ flex: 'none' }}>
              <At at={time} />
            </Text>
            <Text size="sm">{sentence}</Text>
          </Group>
        ))}
        {meta.has_next_results && (
          <Text size="sm" className="quiet">
            … and more: see the audit.
          </Text>
        )}
      </div>
    </Stack>
  )
}
