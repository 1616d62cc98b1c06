import { AppShell, Group, NavLink, Stack, Text } from '@mantine/core'
import { Link, useLocation } from 'react-router'
import { useLive } from '../api/live.ts'
import { places } from './places.ts'
import { Routing } from './routing.tsx'
import { SearchButton, SearchSpotlight } from './search.tsx'
import { ShortcutHelp } from './shortcut-help.tsx'
import { useShortcuts } from './shortcuts.ts'
import { LiveDot, SchemeToggle, UserMenu } from './status-area.tsx'

const isHere = (path: string, here: string): boolean =>
  path === '/' ? here === '/' : here === path || here.startsWith(`${path}/`)

/** What surrounds every page. */
export const Shell = () => {
  const { pathname } = useLocation()
  const help = useShortcuts()
  useLive()
  return (
    <AppShell header={{ height: 48 }} navbar={{ width: 200, breakpoint: 0 }}>
      <AppShell.Header className="shell-header" withBorder={false}>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" w={184} wrap="nowrap">
            <Text fw={700} size="lg" component={Link} to="/" c="inherit" td="none">
              Muster
            </Text>
          </Group>
          <SearchButton />
          <Group gap="xs" wrap="nowrap" justify="flex-end" w={184}>
            <LiveDot />
            <SchemeToggle />
            <UserMenu onHelp={help.open} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className="shell-nav" p="xs" withBorder={false}>
        <Stack gap={2} component="nav" aria-label="Pages">
          {places.map(({ name, path, icon: Icon }) => (
            <NavLink
              key={path}
              className="nav-link"
              component={Link}
              to={path}
              label={name}
              active={isHere(path, pathname)}
              aria-current={isHere(path, pathname) ? 'page' : undefined}
              leftSection={<Icon size={16} stroke={1.6} />}
            />
          ))}
        </Stack>
      </AppShell.Navbar>
      <AppShell.Main>
        <Routing />
      </AppShell.Main>
      <SearchSpotlight />
      <ShortcutHelp opened={help.opened} onClose={help.close} />
    </AppShell>
  )
}
