import { Code, Group, Text } from '@mantine/core'
import { ApiError } from '../../api/api-error.ts'
import { usePushCertificate } from '../../api/operations.ts'
import { Empty } from '../../parts/empty.tsx'
import { Panel } from '../../parts/panel.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingLines } from '../../parts/waiting.tsx'
import { When } from '../../parts/when.tsx'

/** The certificate that wakes Apple's devices. */
export const PushPanel = () => {
  const push = usePushCertificate()
  const none = push.error instanceof ApiError && push.error.status === 404
  return (
    <Panel title="Apple push certificate">
      {none ? (
        <Empty title="None was uploaded yet">
          Without it no Apple device can be woken. Ask for one with <Code>muster push-certificate</Code>.
        </Empty>
      ) : (
        <View of={push} waiting={<WaitingLines lines={3} />}>
          {({ topic, not_after, warning }) => (
            <>
              <Group justify="space-between">
                <Text size="sm" className="mono">
                  {topic}
                </Text>
                <Text size="sm" c={warning === null ? 'inherit' : 'orange'} fw={warning === null ? 400 : 600}>
                  ends <When at={not_after} />
                </Text>
              </Group>
              <Text size="xs" className="quiet">
                {warning ?? 'Renew it with the same Apple account, so that its topic stays.'}
              </Text>
            </>
          )}
        </View>
      )}
    </Panel>
  )
}
