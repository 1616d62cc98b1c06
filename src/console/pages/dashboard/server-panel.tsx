import { Button, Group, Stack, Text } from '@mantine/core'
import type { Projection } from '../../../client/json.ts'
import { ApiError } from '../../api/api-error.ts'
import {
  useParkedWork,
  useProjections,
  useResendRefused,
  useRetryParked,
  useStatistics,
  useWebhooks,
} from '../../api/operations.ts'
import { Figure } from '../../parts/figure.tsx'
import { Panel } from '../../parts/panel.tsx'
import { Problem } from '../../parts/problem.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingLines } from '../../parts/waiting.tsx'

/** How the server itself does: how far behind its read models are, and what work it has set aside. */
export const ServerPanel = () => {
  const statistics = useStatistics()
  const projections = useProjections()
  return (
    <Panel title="Server">
      <Stack gap="sm">
        <View of={statistics} waiting={<WaitingLines lines={2} />}>
          {({ events, commands }) => (
            <Group gap={40}>
              <Figure value={events} label="events" />
              <Figure value={commands} label="commands" />
            </Group>
          )}
        </View>
        <View of={projections} waiting={<WaitingLines lines={1} />}>
          {(data) => <ReadModels projections={data.projections.filter(({ shown }) => shown)} />}
        </View>
        <Parked />
        <Refused />
      </Stack>
    </Panel>
  )
}

const ReadModels = ({ projections }: Readonly<{ projections: readonly Projection[] }>) => {
  const furthest = Math.max(0, ...projections.map(({ events }) => events))
  const behind = Math.max(0, ...projections.filter(({ status }) => status === 'live').map(({ events }) => furthest - events))
  const aside = projections.filter(({ set_aside }) => set_aside.count > 0)
  const stuck = projections.filter(({ status }) => status === 'stuck')
  return (
    <>
      <Group justify="space-between">
        <Text size="sm">{projections.length} read models</Text>
        <Text size="sm" c={behind > 0 ? 'orange' : 'inherit'}>
          {behind === 0 ? 'all up to date' : `${behind.toLocaleString('en')} events behind`}
        </Text>
      </Group>
      {aside.map(({ name, set_aside: { count, newest } }) => (
        <Text key={`${name} set aside`} size="sm" c="orange">
          {name} set {count === 1 ? 'an event' : `${count.toLocaleString('en')} events`} aside: {newest[0]?.reason ?? 'unknown'}
        </Text>
      ))}
      {stuck.map(({ name, failure }) => (
        <Text key={name} size="sm" c="red">
          {name} is stuck: {failure?.error ?? 'unknown'}
        </Text>
      ))}
    </>
  )
}

const Parked = () => {
  const parked = useParkedWork()
  const retry = useRetryParked()
  if (parked.error instanceof ApiError && parked.error.status === 403) return null
  return (
    <View of={parked} waiting={<WaitingLines lines={1} />}>
      {({ parked: list }) => (
        <>
          <Group justify="space-between">
            <Text size="sm">Work set aside after it failed too often</Text>
            <Text size="sm" c={list.length > 0 ? 'red' : 'inherit'}>
              {list.length === 0 ? 'none' : list.length}
            </Text>
          </Group>
          {list.slice(0, 3).map(({ kind, key, error }) => (
            <Text key={`${kind} ${key}`} size="xs" className="quiet">
              {kind} {key}: {error}
            </Text>
          ))}
          {list.length > 0 && (
            <Button variant="default" w="fit-content" loading={retry.isPending} onClick={() => retry.mutate(null)}>
              Try all again
            </Button>
          )}
          {retry.isError && <Problem error={retry.error} />}
        </>
      )}
    </View>
  )
}

/** What receivers of webhooks refused; nothing at all where they took everything. */
const Refused = () => {
  const webhooks = useWebhooks()
  const resend = useResendRefused()
  return (webhooks.data?.webhooks ?? [])
    .filter(({ set_aside }) => set_aside > 0)
    .map(({ name, configured, set_aside, topics }) => (
      <Stack key={name} gap={4}>
        <Group justify="space-between">
          <Text size="sm">Refused by the webhook of {name}</Text>
          <Text size="sm" c="red">
            {set_aside}
          </Text>
        </Group>
        <Text size="xs" className="quiet">
          {Object.keys(topics).join(', ')}
        </Text>
        {configured && (
          <Button variant="default" w="fit-content" loading={resend.isPending} onClick={() => resend.mutate(name)}>
            Send all again
          </Button>
        )}
        {resend.isError && <Problem error={resend.error} />}
      </Stack>
    ))
}
