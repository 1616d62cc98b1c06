import { Group, Kbd, Modal, Stack, Text } from '@mantine/core'
import { places } from './places.ts'

const Line = ({ keys, text }: Readonly<{ keys: readonly string[]; text: string }>) => (
  <Group justify="space-between">
    <Text size="sm">{text}</Text>
    <Group gap={4}>
      {keys.map((key) => (
        <Kbd key={key} size="xs">
          {key}
        </Kbd>
      ))}
    </Group>
  </Group>
)

export const ShortcutHelp = ({ opened, onClose }: Readonly<{ opened: boolean; onClose: () => void }>) => (
  <Modal opened={opened} onClose={onClose} title={<Text fw={600}>Keyboard</Text>}>
    <Stack gap={8}>
      <Line keys={['/']} text="Search this page, or everywhere" />
      <Line keys={['Ctrl', 'K']} text="Search everywhere" />
      <Line keys={['←', '→']} text="On a host's time slider: one event back or on" />
      <Line keys={['?']} text="Show this" />
      {places.map(({ name, letter }) => (
        <Line key={letter} keys={['g', letter]} text={`Go to ${name}`} />
      ))}
    </Stack>
  </Modal>
)
