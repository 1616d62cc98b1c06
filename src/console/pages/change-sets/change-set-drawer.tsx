import { Button, Drawer, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { changeSetOf, eventsOf } from '../../api/change-set.ts'
import type { Loose } from '../../api/change-sets.ts'
import { useChangeSet } from '../../api/change-sets.ts'
import { wordsOf } from '../../parts/activity-words.ts'
import { Empty } from '../../parts/empty.tsx'
import { Id } from '../../parts/id.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingLines } from '../../parts/waiting.tsx'
import { At, When } from '../../parts/when.tsx'
import { UndoPlan } from './undo-plan.tsx'

/** One change set: its events, and its undo, planned first. */
export const ChangeSetDrawer = ({ id, onClose }: Readonly<{ id: string | null; onClose: () => void }>) => {
  const changeSet = useChangeSet(id)
  return (
    <Drawer opened={id !== null} onClose={onClose} size="xl" title={<Text fw={600}>Change set</Text>}>
      <View of={changeSet} waiting={<WaitingLines lines={10} />}>
        {(data) => (data === null ? <Empty title="There is no such change set" /> : <Opened key={id} data={unwrapped(data)} />)}
      </View>
    </Drawer>
  )
}

/** The API may wrap it in its name. */
const unwrapped = (data: Loose): Loose => {
  const inner = data['change_set']
  return typeof inner === 'object' && inner !== null
    ? { ...(inner as Loose), ...('events' in data && { events: data['events'] }) }
    : data
}

const Opened = ({ data }: Readonly<{ data: Loose }>) => {
  const [undoing, setUndoing] = useState(false)
  const changeSet = changeSetOf(data)
  const events = eventsOf(data)
  return (
    <Stack gap="md">
      <div>
        <Text fw={600}>{changeSet.summary}</Text>
        <Text size="sm" className="quiet" component="div">
          {changeSet.by} · <When at={changeSet.at} /> · <Id value={changeSet.id} short={8} /> ·{' '}
          <Link to={`/audit?change_set=${changeSet.id}`}>in the audit</Link>
        </Text>
      </div>
      {undoing ? (
        <UndoPlan id={changeSet.id} onClose={() => setUndoing(false)} />
      ) : (
        <Group>
          <Button variant="default" disabled={changeSet.undoneBy !== null || !changeSet.canUndo} onClick={() => setUndoing(true)}>
            {changeSet.undoneBy === null ? 'Undo…' : 'Was undone'}
          </Button>
        </Group>
      )}
      <Stack gap={2}>
        <Text size="xs" className="quiet">
          {events.length} events
        </Text>
        {events.map(({ position, at, type, sentence }) => (
          <Group key={position} gap="sm" wrap="nowrap" align="baseline" py={3}>
            <Text size="xs" style={{ flex: 'none' }}>
              {at !== '' && <At at={at} />}
            </Text>
            <Text size="sm">{sentence ?? wordsOf(type)}</Text>
          </Group>
        ))}
      </Stack>
    </Stack>
  )
}
