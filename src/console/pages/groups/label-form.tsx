import { Select, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { NewLabel } from '../../../client/json.ts'
import type { DefinedLabel } from '../../api/groups.ts'
import { useLabelChange, useNewLabel } from '../../api/groups.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'

type LabelFormProps = Readonly<{ opened: boolean; label: DefinedLabel | null; onClose: () => void }>

const kinds = [
  { value: 'manual', label: 'Hosts named by hand' },
  { value: 'dynamic', label: 'Hosts whose agent answers a query' },
  { value: 'host_vitals', label: 'Hosts by a fact that they report' },
]

const vitals = ['platform', 'os_version', 'hardware_model', 'hardware_serial', 'hostname', 'supervised', 'end_user_idp_username']

/** Makes a label, or changes one. */
export const LabelForm = ({ opened, label, onClose }: LabelFormProps) =>
  opened ? <Opened key={label?.id ?? 'new'} label={label} onClose={onClose} /> : null

const Opened = ({ label, onClose }: Omit<LabelFormProps, 'opened'>) => {
  const [name, setName] = useState(label?.name ?? '')
  const [description, setDescription] = useState(label?.description ?? '')
  const [kind, setKind] = useState<string>(label?.label_membership_type ?? 'manual')
  const [query, setQuery] = useState(label?.query ?? '')
  const [hosts, setHosts] = useState<readonly string[]>([])
  const [vital, setVital] = useState(label?.criteria?.vital ?? 'platform')
  const [value, setValue] = useState(label?.criteria?.value ?? '')
  const making = useNewLabel()
  const changing = useLabelChange()
  const done = { onSuccess: onClose }

  const members = (): Partial<NewLabel> => {
    if (kind === 'dynamic') return { query }
    if (kind === 'host_vitals') return { criteria: { vital, value } }
    // The API does not list a label's hosts by name: left empty, they stay.
    return label !== null && hosts.length === 0 ? {} : { hosts }
  }
  const submit = (): void => {
    const wish = { name, description, ...members() }
    if (label === null) making.mutate(wish, done)
    else changing.mutate({ ...wish, id: label.id }, done)
  }
  return (
    <FormDialog
      opened
      title={label === null ? 'New label' : `Change ${label.name}`}
      deed={label === null ? 'Make' : 'Save'}
      busy={making.isPending || changing.isPending}
      error={making.error ?? changing.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
      <TextInput label="Description" value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
      {label === null && (
        <Select label="Members" data={kinds} value={kind} allowDeselect={false} onChange={(next) => setKind(next ?? 'manual')} />
      )}
      {kind === 'dynamic' && (
        <Textarea
          label="Query"
          description="A host that answers it with at least one row is a member."
          required
          autosize
          minRows={3}
          className="mono"
          placeholder="select 1 from os_version where major >= 14;"
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
      )}
      {kind === 'manual' && (
        <TagsInput
          label="Hosts"
          description={
            label === null ? 'Serial numbers, UUIDs or names.' : 'Named here, they replace those that are members now.'
          }
          splitChars={[',', ' ', '\n']}
          value={[...hosts]}
          onChange={setHosts}
        />
      )}
      {kind === 'host_vitals' && (
        <>
          <Select
            label="Fact"
            data={vitals}
            value={vital}
            allowDeselect={false}
            onChange={(next) => setVital(next ?? 'platform')}
          />
          <TextInput label="Is" required value={value} onChange={(event) => setValue(event.currentTarget.value)} />
        </>
      )}
    </FormDialog>
  )
}
