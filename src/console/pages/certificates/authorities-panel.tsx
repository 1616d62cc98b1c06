import { Badge, Group, Stack, Text } from '@mantine/core'
import { useAuthorities } from '../../api/operations.ts'
import { Panel } from '../../parts/panel.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingLines } from '../../parts/waiting.tsx'
import { When } from '../../parts/when.tsx'

/** Who issues identities here, and whose are let in. */
export const AuthoritiesPanel = () => {
  const authorities = useAuthorities()
  return (
    <Panel title="Authorities">
      <View of={authorities} waiting={<WaitingLines lines={3} />}>
        {(data) => (
          <Stack gap={6}>
            {data.authorities.map(({ fingerprint, standing, subject, not_after, living_certificates }) => (
              <Group key={fingerprint} justify="space-between" wrap="nowrap">
                <Text size="sm" className="cut" maw="none">
                  <Badge color={standing === 'issuer' ? 'teal' : 'gray'}>{standing}</Badge> {subject}
                </Text>
                <Text size="xs" className="quiet" style={{ whiteSpace: 'nowrap' }}>
                  {living_certificates} in use · ends <When at={not_after} />
                </Text>
              </Group>
            ))}
          </Stack>
        )}
      </View>
    </Panel>
  )
}
