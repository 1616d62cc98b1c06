import { Anchor, Checkbox, Code, Table } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { Host } from '../../../client/json.ts'
import type { HostPage } from '../../api/json.ts'
import { Empty } from '../../parts/empty.tsx'
import { Problem } from '../../parts/problem.tsx'
import type { Order } from '../../parts/sort-head.tsx'
import { SortHead } from '../../parts/sort-head.tsx'
import { WaitingRows } from '../../parts/waiting.tsx'
import { columns } from './columns.tsx'

type HostTableProps = Readonly<{
  hosts: UseQueryResult<HostPage>
  shown: readonly string[]
  chosen: readonly number[]
  onChoose: (chosen: readonly number[]) => void
  order: Order
  onOrder: (key: string) => void
  isFiltered: boolean
}>

export const HostTable = ({ hosts, shown, chosen, onChoose, order, onOrder, isFiltered }: HostTableProps) => {
  const visible = columns.filter(({ key }) => shown.includes(key))
  const rows = hosts.data?.hosts ?? []
  const all = rows.length > 0 && rows.every(({ id }) => chosen.includes(id))
  if (hosts.isError && hosts.data === undefined) return <Problem error={hosts.error} retry={() => void hosts.refetch()} />
  if (hosts.data !== undefined && rows.length === 0) return <NoHosts isFiltered={isFiltered} />
  return (
    <Table aria-busy={hosts.isPlaceholderData}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={36}>
            <Checkbox
              aria-label="Choose all on this page"
              checked={all}
              indeterminate={!all && chosen.length > 0}
              onChange={() => onChoose(all ? [] : rows.map(({ id }) => id))}
            />
          </Table.Th>
          <SortHead title="Name" by="display_name" order={order} onOrder={onOrder} />
          {visible.map(({ key, title, order: by }) => (
            <SortHead key={key} title={title} by={by} order={order} onOrder={onOrder} />
          ))}
        </Table.Tr>
      </Table.Thead>
      {hosts.data === undefined ? (
        <WaitingRows rows={12} columns={visible.length + 2} />
      ) : (
        <Table.Tbody>
          {rows.map((host) => (
            <HostRow key={host.id} host={host} visible={visible} chosen={chosen} onChoose={onChoose} />
          ))}
        </Table.Tbody>
      )}
    </Table>
  )
}

type HostRowProps = Readonly<{ host: Host; visible: typeof columns }> & Pick<HostTableProps, 'chosen' | 'onChoose'>

const HostRow = ({ host, visible, chosen, onChoose }: HostRowProps) => (
  <Table.Tr>
    <Table.Td>
      <Checkbox
        aria-label={`Choose ${host.display_name}`}
        checked={chosen.includes(host.id)}
        onChange={(event) => onChoose(event.currentTarget.checked ? [...chosen, host.id] : chosen.filter((id) => id !== host.id))}
      />
    </Table.Td>
    <Table.Td className="cut">
      <Anchor component={Link} to={`/hosts/${String(host.id)}`} fw={500}>
        {host.display_name}
      </Anchor>
    </Table.Td>
    {visible.map(({ key, show }) => (
      <Table.Td key={key} className="cut">
        {show(host)}
      </Table.Td>
    ))}
  </Table.Tr>
)

const NoHosts = ({ isFiltered }: Readonly<{ isFiltered: boolean }>) =>
  isFiltered ? (
    <Empty title="No host passes these filters">Clear one of them, or search for a part of a name or serial number.</Empty>
  ) : (
    <Empty title="No hosts yet">
      Hand a device its enrollment profile: <Code>muster enrollment-profile</Code>, or <Code>npm run demo</Code> for simulated
      ones.
    </Empty>
  )
