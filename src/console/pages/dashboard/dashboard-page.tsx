import { SimpleGrid, Stack } from '@mantine/core'
import { Page } from '../../parts/page.tsx'
import { EndingPanel } from './ending-panel.tsx'
import { HostsPanel } from './hosts-panel.tsx'
import { LatestPanel } from './latest-panel.tsx'
import { RolloutPanel } from './rollout-panel.tsx'
import { ServerPanel } from './server-panel.tsx'

/** How the fleet stands, and what needs a look. */
export const DashboardPage = () => (
  <Page title="Dashboard">
    <HostsPanel />
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
      <Stack gap="md">
        <RolloutPanel />
        <LatestPanel />
      </Stack>
      <Stack gap="md">
        <EndingPanel />
        <ServerPanel />
      </Stack>
    </SimpleGrid>
  </Page>
)
