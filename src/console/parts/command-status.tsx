import { Badge } from '@mantine/core'

const colours: Readonly<Record<string, string>> = {
  Acknowledged: 'teal',
  Pending: 'gray',
  NotNow: 'yellow',
  Error: 'red',
  CommandFormatError: 'red',
  Cancelled: 'gray',
}

/** What a host answered to a command: Apple's word, or the number of Windows' status. */
export const CommandStatus = ({ status }: Readonly<{ status: string }>) => (
  <Badge color={colours[status] ?? (/^[2]/.test(status) ? 'teal' : status === '101' ? 'gray' : 'red')}>{status}</Badge>
)
