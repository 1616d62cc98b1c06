import { Badge, Button, Code, Modal, Select, Stack, Table, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { ApiError } from '../../api/api-error.ts'
import { useApiTokens, useNewToken, useTokenRemoval } from '../../api/operations.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Empty } from '../../parts/empty.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { Page } from '../../parts/page.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingTable } from '../../parts/waiting.tsx'
import { When } from '../../parts/when.tsx'
import { UsersPanel } from './users-panel.tsx'

/** Who may do what here: users, and the tokens of scripts. */
export const AccessPage = () => {
  const tokens = useApiTokens()
  const removal = useTokenRemoval()
  const [making, setMaking] = useState(false)
  const [removing, setRemoving] = useState<Readonly<{ id: string; name: string }> | null>(null)
  const refused = tokens.error instanceof ApiError && tokens.error.status === 403
  return (
    <Page title="Access" actions={!refused && <Button onClick={() => setMaking(true)}>New API token</Button>}>
      <UsersPanel />
      {refused ? (
        <Empty title="API tokens are for admins to see" />
      ) : (
        <View of={tokens} waiting={<WaitingTable rows={3} columns={3} />}>
          {({ api_tokens }) => (
            <div className="table-card">
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>API token</Table.Th>
                    <Table.Th w={140}>Role</Table.Th>
                    <Table.Th w={140}>Made</Table.Th>
                    <Table.Th w={110} />
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {api_tokens.map((token) => (
                    <Table.Tr key={token.id}>
                      <Table.Td fw={500}>{token.name}</Table.Td>
                      <Table.Td>
                        <Badge color="gray">{token.role}</Badge>
                      </Table.Td>
                      <Table.Td>
                        <When at={token.created_at} />
                      </Table.Td>
                      <Table.Td ta="right">
                        <Button variant="subtle" color="red" onClick={() => setRemoving(token)}>
                          Revoke
                        </Button>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          )}
        </View>
      )}
      {making && <NewToken onClose={() => setMaking(false)} />}
      <Confirm
        opened={removing !== null}
        title={`Revoke the token ${removing?.name ?? ''}?`}
        deed="Revoke"
        dangerous
        busy={removal.isPending}
        error={removal.error}
        onConfirm={() => removal.mutate(removing?.id ?? '', { onSuccess: () => setRemoving(null) })}
        onClose={() => setRemoving(null)}
      >
        Whatever uses it is refused at once. If it is the one that you signed in with, you are signed out.
      </Confirm>
    </Page>
  )
}

const NewToken = ({ onClose }: Readonly<{ onClose: () => void }>) => {
  const [name, setName] = useState('')
  const [role, setRole] = useState('observer')
  const making = useNewToken()
  if (making.data !== undefined)
    return (
      <Modal opened onClose={onClose} title={<Text fw={600}>The token {name}</Text>}>
        <Stack gap="sm">
          <Text size="sm">This is shown once, and stored as a hash only. Keep it where secrets are kept.</Text>
          <Code block>{making.data.secret}</Code>
          <Button onClick={onClose}>Close</Button>
        </Stack>
      </Modal>
    )
  return (
    <FormDialog
      opened
      title="New API token"
      deed="Make"
      busy={making.isPending}
      error={making.error}
      onSubmit={() => making.mutate({ name, role })}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="The audit calls whoever uses it so."
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Select
        label="Role"
        data={['observer', 'maintainer', 'admin']}
        value={role}
        allowDeselect={false}
        onChange={(next) => setRole(next ?? 'observer')}
      />
    </FormDialog>
  )
}
