import { Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Team } from '../../../client/json.ts'
import { useNewTeam, useTeamChange } from '../../api/groups.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'

type TeamFormProps = Readonly<{ opened: boolean; team: Team | null; onClose: () => void }>

/** Makes a team, or renames one. */
export const TeamForm = ({ opened, team, onClose }: TeamFormProps) =>
  opened ? <Opened key={team?.id ?? 'new'} team={team} onClose={onClose} /> : null

const Opened = ({ team, onClose }: Omit<TeamFormProps, 'opened'>) => {
  const [name, setName] = useState(team?.name ?? '')
  const [description, setDescription] = useState(team?.description ?? '')
  const making = useNewTeam()
  const changing = useTeamChange()
  const done = { onSuccess: onClose }
  return (
    <FormDialog
      opened
      title={team === null ? 'New team' : `Rename ${team.name}`}
      deed={team === null ? 'Make' : 'Save'}
      busy={making.isPending || changing.isPending}
      error={making.error ?? changing.error}
      onSubmit={() =>
        team === null ? making.mutate({ name, description }, done) : changing.mutate({ id: team.id, name, description }, done)
      }
      onClose={onClose}
    >
      <TextInput label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
      <Textarea
        label="Description"
        autosize
        minRows={2}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
