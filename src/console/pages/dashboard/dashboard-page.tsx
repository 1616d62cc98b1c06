import { SimpleGrid, Stack } from '@mantine/core'
import { useScope } from '../../api/session.ts'
import { Page } from '../../parts/page.tsx'
import { EndingPanel } from './ending-panel.tsx'
import { HostsPanel } from './hosts-panel.tsx'
import { LatestPanel } from './latest-panel.tsx'
import { RolloutPanel } from './rollout-panel.tsx'
import { ServerPanel } from './server-panel.tsx'

/** How the fleet stands, and what needs a look. What is of the whole server is not for those who are limited to teams. */
export const DashboardPage = () => {
  const ofWholeServer = useScope() === null
  return (
    <Page title="Dashboard">
      <HostsPanel />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Stack gap="md">
          <RolloutPanel />
          {ofWholeServer && <LatestPanel />}
        </Stack>
        {ofWholeServer && (
          <Stack gap="md">
            <EndingPanel />
            <ServerPanel />
          </Stack>
        )}
      </SimpleGrid>
    </Page>
  )
}
