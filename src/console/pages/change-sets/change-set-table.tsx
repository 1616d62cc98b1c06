import { Anchor, Badge, Table } from '@mantine/core'
import { Link } from 'react-router'
import type { ChangeSet } from '../../../client/history-json.ts'
import { summaryOf } from '../../parts/change-set-words.ts'
import { When } from '../../parts/when.tsx'

export const ChangeSetTable = ({ changeSets }: Readonly<{ changeSets: readonly ChangeSet[] }>) => (
  <Table>
    <Table.Thead>
      <Table.Tr>
        <Table.Th>What was done</Table.Th>
        <Table.Th w={200}>By</Table.Th>
        <Table.Th w={110}>Hosts</Table.Th>
        <Table.Th w={130}>When</Table.Th>
        <Table.Th w={120} />
      </Table.Tr>
    </Table.Thead>
    <Table.Tbody>
      {changeSets.map((one) => (
        <Table.Tr key={one.id}>
          <Table.Td className="cut-rest">
            <Anchor component={Link} to={`/change-sets/${one.id}`} fw={500}>
              <Title changeSet={one} />
            </Anchor>
          </Table.Td>
          <Table.Td className="cut">{one.actor}</Table.Td>
          <Table.Td className="tabular">{one.hosts === 0 ? <span className="quiet">–</span> : one.hosts}</Table.Td>
          <Table.Td>
            <When at={one.at} />
          </Table.Td>
          <Table.Td>
            {one.in_progress !== null && (
              <Badge color="blue">
                {one.in_progress.done} of {one.in_progress.total}
              </Badge>
            )}
            {one.undone_by !== null && <Badge color="orange">undone</Badge>}
            {one.undoes !== null && <Badge color="gray">an undo</Badge>}
          </Table.Td>
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
)

/** Its first deed in a sentence; without one, what kinds of things were done. */
const Title = ({ changeSet }: Readonly<{ changeSet: ChangeSet }>) => {
  const { sentence } = changeSet
  if (sentence === null) return summaryOf(changeSet)
  return (
    <>
      {sentence}
      {changeSet.events > 1 && <span className="quiet"> and {changeSet.events - 1} more</span>}
    </>
  )
}
