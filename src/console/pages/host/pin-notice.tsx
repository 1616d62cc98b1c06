import { Button, CopyButton, Group, Modal, Stack, Text } from '@mantine/core'

/** The PIN that opens a locked Mac, shown for as long as somebody looks. */
export const PinNotice = ({ pin, onClose }: Readonly<{ pin: string | null; onClose: () => void }>) => (
  <Modal opened={pin !== null} onClose={onClose} title={<Text fw={600}>The PIN of this host</Text>}>
    <Stack gap="sm">
      <Text className="figure mono" ta="center">
        {pin}
      </Text>
      <Text size="sm" className="quiet">
        It is what the Mac asks for when it starts. That you saw it stands in the host’s history.
      </Text>
      <Group justify="flex-end" gap="xs">
        <CopyButton value={pin ?? ''}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>Close</Button>
      </Group>
    </Stack>
  </Modal>
)
