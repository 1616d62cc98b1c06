import { Table, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'

export type Order = Readonly<{ key: string; direction: 'asc' | 'desc' }>

type SortHeadProps = Readonly<{ title: string; by: string | undefined; order: Order; onOrder: (key: string) => void }>

/** The head of a column, by which one may sort if the API can. */
export const SortHead = ({ title, by, order, onOrder }: SortHeadProps) => {
  if (by === undefined) return <Table.Th>{title}</Table.Th>
  const here = order.key === by
  const Arrow = order.direction === 'asc' ? IconArrowUp : IconArrowDown
  return (
    <Table.Th aria-sort={here ? (order.direction === 'asc' ? 'ascending' : 'descending') : 'none'}>
      <UnstyledButton className="sort-button" onClick={() => onOrder(by)}>
        {title}
        <Arrow size={12} style={{ visibility: here ? 'visible' : 'hidden' }} aria-hidden="true" />
      </UnstyledButton>
    </Table.Th>
  )
}
