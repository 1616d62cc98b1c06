import { Progress, Text } from '@mantine/core'
import type { Transfer } from '../../../client/history-json.ts'

/** How far a transfer of many hosts is, and what became of them in the end. */
export const TransferProgress = ({ transfer: { hosts, done, moved, already_there, left } }: Readonly<{ transfer: Transfer }>) => (
  <section aria-label="Hosts that move">
    <Text size="sm" fw={600}>
      {moved === null ? `${String(done)} of ${String(hosts)} hosts are done with` : `${String(moved)} hosts were moved`}
      {already_there !== null && already_there > 0 && <span className="quiet"> · {already_there} were there already</span>}
    </Text>
    {moved === null && <Progress value={(100 * done) / hosts} aria-label="Progress" animated />}
    {left?.map(({ because, reason, hosts: count }) => (
      <Text key={because} size="sm" className="quiet">
        {count} were left. {reason}
      </Text>
    ))}
  </section>
)
