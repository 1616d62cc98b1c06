import { Button, Group, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { useCancelCommand } from '../../api/host-deeds.ts'
import type { Question } from '../../api/host-past.ts'
import { useHostCommands } from '../../api/hosts.ts'
import type { ListedCommand } from '../../api/json.ts'
import { CommandStatus } from '../../parts/command-status.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Pager } from '../../parts/pager.tsx'
import { Problem } from '../../parts/problem.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingTable } from '../../parts/waiting.tsx'
import { When } from '../../parts/when.tsx'

type HostCommandsProps = Readonly<{ id: string; onWhy: (question: Question) => void }>

/** What a host was and is to be told, newest first; of what waits, what it waits for. */
export const HostCommands = ({ id, onWhy }: HostCommandsProps) => {
  const [page, setPage] = useState(0)
  const commands = useHostCommands(id, page)
  const cancel = useCancelCommand(id)
  return (
    <>
      {cancel.isError && <Problem error={cancel.error} />}
      <View of={commands} waiting={<WaitingTable rows={8} columns={5} />}>
        {({ results, meta }) => (
          <div className="table-card">
            {results.length === 0 ? (
              <Empty title="It was told nothing yet" />
            ) : (
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th w={240}>Command</Table.Th>
                    <Table.Th w={120}>Answer</Table.Th>
                    <Table.Th>Because</Table.Th>
                    <Table.Th w={120}>Queued</Table.Th>
                    <Table.Th w={120}>Changed</Table.Th>
                    <Table.Th w={150} />
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {results.map((command) => (
                    <CommandRow
                      key={command.command_uuid}
                      command={command}
                      onWhy={() => onWhy({ kind: 'command', id: command.command_uuid, name: command.request_type })}
                      onCancel={() => cancel.mutate(command.command_uuid)}
                    />
                  ))}
                </Table.Tbody>
              </Table>
            )}
            <Pager page={page} hasNext={meta.has_next_results} onPage={setPage} text={`Page ${String(page + 1)}`} />
          </div>
        )}
      </View>
    </>
  )
}

type CommandRowProps = Readonly<{ command: ListedCommand; onWhy: () => void; onCancel: () => void }>

const CommandRow = ({ command, onWhy, onCancel }: CommandRowProps) => (
  <Table.Tr>
    <Table.Td>
      <Text size="sm" fw={500} className="cut">
        {command.request_type}
      </Text>
    </Table.Td>
    <Table.Td>
      <CommandStatus status={command.status} />
    </Table.Td>
    <Table.Td>
      <Text size="sm">{command.reason.code.replaceAll('-', ' ')}</Text>
      {[command.next_step?.text, command.cancelled_because, command.errors[0]?.description].map(
        (text, index) =>
          text != null && (
            <Text key={index} size="xs" className="quiet">
              {text}
            </Text>
          ),
      )}
    </Table.Td>
    <Table.Td>
      <When at={command.created_at} />
    </Table.Td>
    <Table.Td>
      <When at={command.updated_at} />
    </Table.Td>
    <Table.Td>
      <Group gap={4} justify="flex-end" wrap="nowrap">
        <Button variant="subtle" onClick={onWhy}>
          Why
        </Button>
        {command.next_step !== null && (
          <Button variant="subtle" color="gray" onClick={onCancel}>
            Take back
          </Button>
        )}
      </Group>
    </Table.Td>
  </Table.Tr>
)
