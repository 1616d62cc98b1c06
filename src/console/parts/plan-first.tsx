import { useQuery } from '@tanstack/react-query'
import type { Plan } from '../../client/history-json.ts'
import { PlanView } from './plan-view.tsx'
import { View } from './view.tsx'
import { WaitingLines } from './waiting.tsx'

type PlanFirstProps = Readonly<{
  /** What the plan depends on: when it changes, another plan is asked for. */
  id: readonly unknown[]
  plan: () => Promise<Readonly<{ plan: Plan }>>
}>

/** Asks what a change would do, and shows it. */
export const PlanFirst = ({ id, plan }: PlanFirstProps) => {
  const asked = useQuery({ queryKey: ['plan', ...id], queryFn: async () => (await plan()).plan, staleTime: 0, gcTime: 0 })
  return (
    <View of={asked} waiting={<WaitingLines lines={4} />}>
      {(data) => <PlanView plan={data} />}
    </View>
  )
}
