import { Table, Text } from '@mantine/core'
import type { Fact, HostDiff as Diff } from '../../../client/history-json.ts'
import { useHostDiff } from '../../api/host-past.ts'
import { Empty } from '../../parts/empty.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingTable } from '../../parts/waiting.tsx'
import { At, shortTime } from '../../parts/when.tsx'
import type { Moments } from './moments.ts'

type HostDiffProps = Readonly<{ id: string; moments: Moments; from: string | null; to: string | null }>

/** What differs between two moments, and because of which event. Without a chosen beginning: since the first event. */
export const HostDiff = ({ id, moments: { events }, from, to }: HostDiffProps) => {
  const wanted = [from ?? events[0]?.position ?? null, to ?? events.at(-1)?.position ?? null] as const
  const ordered = wanted[0] !== null && wanted[1] !== null && wanted[0] > wanted[1] ? ([wanted[1], wanted[0]] as const) : wanted
  const diff = useHostDiff(id, ordered[0], ordered[1])
  const timeOf = (position: string | null): string => {
    const event = events.find((one) => one.position === position)
    return event === undefined ? 'the chosen event' : shortTime(event.at)
  }
  return (
    <>
      <Text size="sm" mb="xs">
        Between <b>{timeOf(ordered[0])}</b> and <b>{to === null && from !== null ? 'now' : timeOf(ordered[1])}</b>.{' '}
        <span className="quiet">“Compare from here” above sets where it begins; the slider, where it ends.</span>
      </Text>
      <View of={diff} waiting={<WaitingTable rows={5} columns={4} />}>
        {(data) => (
          <div className="table-card">
            {data.changes.length === 0 ? <Empty title="Nothing differs between the two" /> : <Changes changes={data.changes} />}
          </div>
        )}
      </View>
    </>
  )
}

const Changes = ({ changes }: Readonly<{ changes: Diff['changes'] }>) => (
  <Table layout="fixed">
    <Table.Thead>
      <Table.Tr>
        <Table.Th w="22%">What</Table.Th>
        <Table.Th w="22%">Before</Table.Th>
        <Table.Th w="22%">After</Table.Th>
        <Table.Th>Because</Table.Th>
      </Table.Tr>
    </Table.Thead>
    <Table.Tbody>
      {changes.map(({ path, before, after, because }) => (
        <Table.Tr key={path}>
          <Table.Td className="mono whole">{path}</Table.Td>
          <Table.Td className="before whole">{shown(before)}</Table.Td>
          <Table.Td className="after whole">{shown(after)}</Table.Td>
          <Table.Td>
            {because.sentence}{' '}
            <Text size="xs" component="span">
              <At at={because.at} />
            </Text>
          </Table.Td>
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
)

const shown = (value: Fact): string => (value === null ? '–' : String(value))
