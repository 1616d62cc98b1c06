import { Text, Timeline } from '@mantine/core'
import type { Explanation } from '../../client/history-json.ts'
import { At } from './when.tsx'

const doer = ({ kind, id }: Readonly<{ kind: string; id: string }>): string =>
  kind === 'admin' ? id : kind === 'server' ? `the server (${id})` : `the ${kind}`

/** What led to something, oldest first, each with who did it and why. */
export const Chain = ({ links }: Readonly<{ links: Explanation['chain'] }>) => (
  <Timeline className="chain" bulletSize={12} lineWidth={2} active={links.length - 1} aria-label="What led to it">
    {links.map(({ position, at, type, sentence, why, actor }) => (
      <Timeline.Item key={position}>
        <Text size="sm">{sentence}</Text>
        {why !== null && (
          <Text size="sm" className="quiet">
            {why}
          </Text>
        )}
        <Text size="xs" className="quiet">
          <At at={at} /> · {doer(actor)} · {type}
        </Text>
      </Timeline.Item>
    ))}
  </Timeline>
)
