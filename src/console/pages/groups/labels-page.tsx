import { ActionIcon, Anchor, Badge, Button, Menu, Table, Text } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { DefinedLabel } from '../../api/groups.ts'
import { useLabelRemoval, useLabels } from '../../api/groups.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Page } from '../../parts/page.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingTable } from '../../parts/waiting.tsx'
import { LabelForm } from './label-form.tsx'

type Open = Readonly<{ deed: 'new' | 'edit' | 'delete'; label: DefinedLabel | null }>

const kinds: Readonly<Record<DefinedLabel['label_membership_type'], string>> = {
  dynamic: 'Query',
  manual: 'By hand',
  host_vitals: 'Facts',
}

/** Groups of hosts that settings are aimed at. */
export const LabelsPage = () => {
  const labels = useLabels()
  const removal = useLabelRemoval()
  const [open, setOpen] = useState<Open | null>(null)
  const close = (): void => setOpen(null)
  return (
    <Page
      title="Labels"
      about="Groups of hosts that settings are aimed at, whatever their team."
      actions={<Button onClick={() => setOpen({ deed: 'new', label: null })}>New label</Button>}
    >
      <View of={labels} waiting={<WaitingTable rows={6} columns={4} />}>
        {(data) => (
          <div className="table-card">
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th w={110}>Members by</Table.Th>
                  <Table.Th>Which</Table.Th>
                  <Table.Th w={90}>Hosts</Table.Th>
                  <Table.Th w={60} />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.labels.map((label) => (
                  <LabelRow key={label.id} label={label} onOpen={setOpen} />
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
      </View>
      <LabelForm opened={open?.deed === 'new' || open?.deed === 'edit'} label={open?.label ?? null} onClose={close} />
      <Confirm
        opened={open?.deed === 'delete'}
        title={`Delete the label ${open?.label?.name ?? ''}?`}
        deed="Delete"
        dangerous
        busy={removal.isPending}
        error={removal.error}
        onConfirm={() => removal.mutate(open?.label?.id ?? 0, { onSuccess: close })}
        onClose={close}
      >
        Settings that name it stay where they are, and reach no further hosts, until they are aimed anew.
      </Confirm>
    </Page>
  )
}

const LabelRow = ({ label, onOpen }: Readonly<{ label: DefinedLabel; onOpen: (open: Open) => void }>) => (
  <Table.Tr>
    <Table.Td>
      <Text size="sm" fw={500} component="span">
        {label.name}
      </Text>{' '}
      {label.label_type === 'builtin' && <Badge color="gray">Built in</Badge>}
      <Text size="xs" className="quiet">
        {label.description}
      </Text>
    </Table.Td>
    <Table.Td>{kinds[label.label_membership_type]}</Table.Td>
    <Table.Td className="cut mono">{whichOf(label)}</Table.Td>
    <Table.Td>
      <Anchor component={Link} to={`/hosts?label_id=${String(label.id)}`} className="tabular">
        {label.host_count ?? 'Show'}
      </Anchor>
    </Table.Td>
    <Table.Td>
      {label.label_type === 'regular' && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon aria-label={`What may be done to ${label.name}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => onOpen({ deed: 'edit', label })}>Change…</Menu.Item>
            <Menu.Item color="red" onClick={() => onOpen({ deed: 'delete', label })}>
              Delete…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </Table.Td>
  </Table.Tr>
)

const whichOf = ({ query, criteria, platform }: DefinedLabel): string => {
  if (query !== '') return query
  return criteria === undefined ? platform : `${criteria.vital} = ${criteria.value}`
}
