import { Skeleton, Stack, Table } from '@mantine/core'

/** Rows as high as those of a table. */
export const WaitingRows = ({ rows, columns }: Readonly<{ rows: number; columns: number }>) => (
  <Table.Tbody aria-busy="true">
    {Array.from({ length: rows }, (_, row) => (
      <Table.Tr key={row}>
        {Array.from({ length: columns }, (_unused, column) => (
          <Table.Td key={column}>
            <Skeleton height={10} width={column === 0 ? '70%' : '45%'} />
          </Table.Td>
        ))}
      </Table.Tr>
    ))}
  </Table.Tbody>
)

/** A table that is awaited. */
export const WaitingTable = ({ rows = 8, columns = 5 }: Readonly<{ rows?: number; columns?: number }>) => (
  <div className="table-card">
    <Table>
      <WaitingRows rows={rows} columns={columns} />
    </Table>
  </div>
)

/** Some lines of text. */
export const WaitingLines = ({ lines = 3 }: Readonly<{ lines?: number }>) => (
  <Stack gap={10} py={6} aria-busy="true">
    {Array.from({ length: lines }, (_, line) => (
      <Skeleton key={line} height={10} width={line % 2 === 0 ? '80%' : '60%'} />
    ))}
  </Stack>
)
