import { Badge, Table, Text } from '@mantine/core'
import { useNavigate, useParams } from 'react-router'
import { changeSetOf } from '../../api/change-set.ts'
import { useChangeSets } from '../../api/change-sets.ts'
import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../parts/page.tsx'
import { Pager } from '../../parts/pager.tsx'
import { useAddress } from '../../parts/search-params.ts'
import { View } from '../../parts/view.tsx'
import { WaitingTable } from '../../parts/waiting.tsx'
import { When } from '../../parts/when.tsx'
import { ChangeSetDrawer } from './change-set-drawer.tsx'

/** What was done with one intent, newest first; each can be looked into, and undone as far as that goes. */
export const ChangeSetsPage = () => {
  const { id = null } = useParams()
  const navigate = useNavigate()
  const [get, set] = useAddress()
  const page = Number(get('page')) || 0
  const changeSets = useChangeSets(page)
  return (
    <Page title="Change sets" about="All that was done with one intent: a request, a run of the command line, an undo.">
      <View of={changeSets} waiting={<WaitingTable rows={12} columns={5} />}>
        {(data) => (
          <div className="table-card">
            {data === null ? (
              <Empty title="This server does not keep change sets">What was done stands in the audit all the same.</Empty>
            ) : data.change_sets.length === 0 ? (
              <Empty title="Nothing was changed yet">Upload a profile or move a host, and it can be undone here.</Empty>
            ) : (
              <>
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>What was done</Table.Th>
                      <Table.Th w={180}>By</Table.Th>
                      <Table.Th w={90}>Events</Table.Th>
                      <Table.Th w={90}>Hosts</Table.Th>
                      <Table.Th w={130}>When</Table.Th>
                      <Table.Th w={110} />
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {data.change_sets.map(changeSetOf).map((one) => (
                      <Table.Tr key={one.id} data-open onClick={() => void navigate(`/change-sets/${one.id}`)}>
                        <Table.Td>
                          <Text
                            size="sm"
                            fw={500}
                            component="button"
                            style={{ all: 'unset', cursor: 'pointer', font: 'inherit', fontWeight: 500 }}
                          >
                            {one.summary || one.id.slice(0, 8)}
                          </Text>
                        </Table.Td>
                        <Table.Td className="cut">{one.by}</Table.Td>
                        <Table.Td className="tabular">{one.events}</Table.Td>
                        <Table.Td className="tabular">{one.hosts ?? ''}</Table.Td>
                        <Table.Td>
                          <When at={one.at} />
                        </Table.Td>
                        <Table.Td>
                          {one.undoneBy !== null && <Badge color="orange">undone</Badge>}
                          {one.undoes !== null && <Badge color="gray">an undo</Badge>}
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
                <Pager
                  page={page}
                  hasNext={data.meta?.has_next_results ?? false}
                  onPage={(next) => set({ page: next === 0 ? null : String(next) }, false)}
                  text={`Page ${String(page + 1)}`}
                />
              </>
            )}
          </div>
        )}
      </View>
      <ChangeSetDrawer id={id} onClose={() => void navigate('/change-sets')} />
    </Page>
  )
}
