import { Alert, Drawer, Text } from '@mantine/core'
import type { Question } from '../../api/host-past.ts'
import { useExplanation } from '../../api/host-past.ts'
import { Chain } from '../../parts/chain.tsx'
import { Empty } from '../../parts/empty.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingLines } from '../../parts/waiting.tsx'

type WhyDrawerProps = Readonly<{ hostId: string; question: Question | null; at: string | null; onClose: () => void }>

/** Why something is as it is: the verdict, and event by event what led to it. */
export const WhyDrawer = ({ hostId, question, at, onClose }: WhyDrawerProps) => {
  const explanation = useExplanation(hostId, question, at)
  return (
    <Drawer opened={question !== null} onClose={onClose} title={<Text fw={600}>Why: {question?.name}</Text>}>
      <View of={explanation} waiting={<WaitingLines lines={8} />}>
        {({ verdict, chain }) => (
          <>
            <Alert color="lagoon" mb="md" p="sm">
              <Text size="sm" fw={500}>
                {verdict}
              </Text>
            </Alert>
            {chain.length === 0 ? <Empty title="Nothing is recorded about it on this host yet" /> : <Chain links={chain} />}
          </>
        )}
      </View>
    </Drawer>
  )
}
