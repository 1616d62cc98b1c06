import { Group, Text, Tooltip } from '@mantine/core'
import type { StatusCounts } from '../../client/json.ts'

export const statuses = ['verified', 'verifying', 'pending', 'failed'] as const

export type Status = (typeof statuses)[number]

const meanings: Readonly<Record<Status, string>> = {
  verified: 'Seen on the host as it should be.',
  verifying: 'The host says that it is done; it was not seen yet.',
  pending: 'Not done yet: waiting to be sent, or sent.',
  failed: 'The host could not do it.',
}

/** A status as a dot and a word. */
export const StatusMark = ({ status, note }: Readonly<{ status: Status; note?: string }>) => (
  <Tooltip label={note ?? meanings[status]}>
    <Group gap={6} wrap="nowrap" component="span" display="inline-flex">
      <span className="status-dot" data-status={status} />
      <span>{status}</span>
    </Group>
  </Tooltip>
)

const totalOf = (counts: StatusCounts): number => statuses.reduce((sum, status) => sum + counts[status], 0)

/** How many hosts stand where, as a bar; empty when there are none. */
export const StatusBar = ({ counts }: Readonly<{ counts: StatusCounts }>) => {
  const total = totalOf(counts)
  const shown = statuses.filter((status) => counts[status] > 0)
  const told = shown.map((status) => `${String(counts[status])} ${status}`)
  return (
    <Tooltip label={told.join(', ') || 'No hosts'}>
      <div className="status-bar" role="img" aria-label={told.join(', ') || 'No hosts'}>
        {shown.map((status) => (
          <span
            key={status}
            data-status={status}
            style={{ width: `${String(total === 0 ? 0 : (100 * counts[status]) / total)}%` }}
          />
        ))}
      </div>
    </Tooltip>
  )
}

/** The same in numbers. */
export const StatusNumbers = ({ counts }: Readonly<{ counts: StatusCounts }>) => (
  <Group gap="md" wrap="nowrap">
    {statuses.map((status) => (
      <Group key={status} gap={5} wrap="nowrap">
        <span className="status-dot" data-status={status} />
        <Text size="xs" className="tabular quiet">
          {counts[status]} {status}
        </Text>
      </Group>
    ))}
  </Group>
)
