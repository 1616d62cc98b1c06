import { ActionIcon, Menu, Text, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { IconKeyboard, IconLogout, IconMoon, IconSun, IconSunMoon, IconUserCircle } from '@tabler/icons-react'
import { useLiveness } from '../api/live.ts'
import { signOut, useSession } from '../api/session.ts'

const told = {
  live: 'Live: what changes on the server shows here at once.',
  waiting: 'Not connected to what changes; trying again.',
} as const

export const LiveDot = () => {
  const liveness = useLiveness()
  return (
    <Tooltip label={told[liveness]}>
      <span className="live-dot" data-live={liveness} role="status" aria-label={told[liveness]} />
    </Tooltip>
  )
}

/** Light or dark, whatever the system says; the menu of the user gives it back to the system. */
export const SchemeToggle = () => {
  const { setColorScheme } = useMantineColorScheme()
  const dark = useComputedColorScheme('light') === 'dark'
  return (
    <Tooltip label={dark ? 'Light' : 'Dark'}>
      <ActionIcon
        aria-label={dark ? 'Use light colours' : 'Use dark colours'}
        onClick={() => setColorScheme(dark ? 'light' : 'dark')}
      >
        {dark ? <IconSun size={17} stroke={1.6} /> : <IconMoon size={17} stroke={1.6} />}
      </ActionIcon>
    </Tooltip>
  )
}

export const UserMenu = ({ onHelp }: Readonly<{ onHelp: () => void }>) => {
  const { user } = useSession()
  const { setColorScheme } = useMantineColorScheme()
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <ActionIcon aria-label="Account">
          <IconUserCircle size={19} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={500} c="var(--mantine-color-text)">
            {user?.name ?? 'API token'}
          </Text>
          <Text size="xs">
            {user?.email == null ? 'By API token, kept for this tab alone' : `${user.email} · ${user.global_role ?? 'by team'}`}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item leftSection={<IconKeyboard size={15} />} onClick={onHelp}>
          Keyboard
        </Menu.Item>
        <Menu.Item leftSection={<IconSunMoon size={15} />} onClick={() => setColorScheme('auto')}>
          Colours as the system has them
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
