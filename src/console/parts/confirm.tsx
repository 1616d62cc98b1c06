import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { Problem } from './problem.tsx'

type ConfirmProps = Readonly<{
  opened: boolean
  title: string
  /** What it does, and whether it can be undone. */
  children: ReactNode
  /** The deed, as the button says it. */
  deed: string
  dangerous?: boolean
  /** Must be typed first: for what cannot be taken back. */
  word?: string
  busy: boolean
  error: unknown
  disabled?: boolean
  onConfirm: () => void
  onClose: () => void
}>

/** Asks before something is done. */
export const Confirm = ({ opened, title, onClose, ...rest }: ConfirmProps) => (
  <Modal opened={opened} onClose={onClose} title={<Text fw={600}>{title}</Text>}>
    <ConfirmBody {...rest} onClose={onClose} />
  </Modal>
)

const ConfirmBody = ({
  children,
  deed,
  dangerous = false,
  word,
  busy,
  error,
  disabled = false,
  onConfirm,
  onClose,
}: Omit<ConfirmProps, 'opened' | 'title'>) => {
  const [typed, setTyped] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onConfirm()
      }}
    >
      <Stack gap="sm">
        <Text size="sm" component="div">
          {children}
        </Text>
        {word !== undefined && (
          <TextInput
            label={`Type ${word} to go on`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        {error != null && <Problem error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            color={dangerous ? 'red' : 'lagoon'}
            loading={busy}
            disabled={disabled || (word !== undefined && typed !== word)}
          >
            {deed}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
