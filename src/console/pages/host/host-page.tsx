import { Skeleton, Stack, Tabs } from '@mantine/core'
import { useState } from 'react'
import { useParams } from 'react-router'
import { useHost } from '../../api/hosts.ts'
import type { Question } from '../../api/host-past.ts'
import { Page } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search-params.ts'
import { View } from '../../parts/view.tsx'
import { WaitingTable } from '../../parts/waiting.tsx'
import { HostActions } from './host-actions.tsx'
import { HostCommands } from './host-commands.tsx'
import { HostDiff } from './host-diff.tsx'
import { HostFacts } from './host-facts.tsx'
import { HostProfiles } from './host-profiles.tsx'
import { MissingProfiles } from './missing-profiles.tsx'
import { HostHeading, HostMarks } from './host-heading.tsx'
import { HostTimeline } from './host-timeline.tsx'
import { TimeRail } from './time-rail.tsx'
import { useMoments } from './moments.ts'
import { WhyDrawer } from './why-drawer.tsx'

/** One host, now or as it was: what it is, what it has, what it was told, and why. */
export const HostPage = () => {
  const { id = '' } = useParams()
  const [get, set] = useAddress()
  const at = get('at') || null
  const host = useHost(id, at)
  const moments = useMoments(id)
  const [question, setQuestion] = useState<Question | null>(null)
  const name = host.data?.host.display_name ?? 'Host'
  return (
    <Page
      title={name}
      heading={host.data === undefined ? <Skeleton height={24} width={260} /> : <HostHeading host={host.data.host} />}
      about={host.data === undefined ? <Skeleton height={18} width={340} mt={4} /> : <HostMarks host={host.data.host} />}
      actions={host.data !== undefined && at === null && <HostActions host={host.data.host} />}
    >
      <TimeRail
        id={id}
        moments={moments}
        at={at}
        from={get('from') || null}
        onMove={(position) => set({ at: position })}
        onPin={(from) => set({ from, tab: from === null ? null : 'changes' })}
      />
      <View of={host} waiting={<WaitingTable rows={10} />}>
        {(data) => (
          <Stack gap="md">
            <HostFacts host={data.host} past={at !== null} />
            <Tabs value={get('tab') || 'profiles'} onChange={(tab) => set({ tab: tab === 'profiles' ? null : tab })}>
              <Tabs.List mb="sm">
                <Tabs.Tab value="profiles">Profiles</Tabs.Tab>
                <Tabs.Tab value="commands">Commands</Tabs.Tab>
                <Tabs.Tab value="timeline">Timeline</Tabs.Tab>
                <Tabs.Tab value="changes">Compare</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="profiles">
                <Stack gap="md">
                  <HostProfiles host={data.host} past={at !== null} onWhy={setQuestion} />
                  {at === null && <MissingProfiles host={data.host} onWhy={setQuestion} />}
                </Stack>
              </Tabs.Panel>
              <Tabs.Panel value="commands">
                <HostCommands id={id} onWhy={setQuestion} />
              </Tabs.Panel>
              <Tabs.Panel value="timeline">
                <HostTimeline moments={moments} at={at} onMove={(position) => set({ at: position })} />
              </Tabs.Panel>
              <Tabs.Panel value="changes">
                <HostDiff id={id} moments={moments} from={get('from') || null} to={at} />
              </Tabs.Panel>
            </Tabs>
          </Stack>
        )}
      </View>
      <WhyDrawer hostId={id} question={question} at={at} onClose={() => setQuestion(null)} />
    </Page>
  )
}
