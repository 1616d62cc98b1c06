import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Problem } from './problem.tsx'

type FormDialogProps = Readonly<{
  opened: boolean
  title: string
  deed: string
  busy: boolean
  error: unknown
  disabled?: boolean
  onSubmit: () => void
  onClose: () => void
  children: ReactNode
}>

/** Some fields and a button. What the server does not like of them is shown above it. */
export const FormDialog = ({
  opened,
  title,
  deed,
  busy,
  error,
  disabled = false,
  onSubmit,
  onClose,
  children,
}: FormDialogProps) => (
  <Modal opened={opened} onClose={onClose} title={<Text fw={600}>{title}</Text>}>
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      <Stack gap="sm">
        {children}
        {error != null && <Problem error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={disabled}>
            {deed}
          </Button>
        </Group>
      </Stack>
    </form>
  </Modal>
)
