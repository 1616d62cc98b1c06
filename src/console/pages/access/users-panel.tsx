import { Badge, Table } from '@mantine/core'
import { useUsers } from '../../api/operations.ts'

/** The people who sign in here; nothing for those who may not see them. */
export const UsersPanel = () => {
  const users = useUsers().data?.users
  if (users === undefined) return null
  return (
    <div className="table-card">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>User</Table.Th>
            <Table.Th>Email</Table.Th>
            <Table.Th w={140}>Role</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {users.length === 0 && (
            <Table.Tr>
              <Table.Td colSpan={3} className="quiet">
                No users yet: people sign in by API tokens.
              </Table.Td>
            </Table.Tr>
          )}
          {users.map(({ id, name, email, global_role }) => (
            <Table.Tr key={id}>
              <Table.Td fw={500}>{name}</Table.Td>
              <Table.Td>{email}</Table.Td>
              <Table.Td>
                <Badge color="gray">{global_role ?? 'by team'}</Badge>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
