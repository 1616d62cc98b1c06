import { Group } from '@mantine/core'
import { IconBrandApple, IconBrandWindows, IconDeviceDesktop, IconDeviceMobile } from '@tabler/icons-react'

const icons: Readonly<Record<string, typeof IconBrandApple>> = {
  darwin: IconBrandApple,
  ios: IconDeviceMobile,
  ipados: IconDeviceMobile,
  windows: IconBrandWindows,
}

const names: Readonly<Record<string, string>> = {
  darwin: 'macOS',
  ios: 'iOS',
  ipados: 'iPadOS',
  windows: 'Windows',
  linux: 'Linux',
}

export const platformName = (platform: string): string => names[platform] ?? platform

export const Platform = ({ platform, text }: Readonly<{ platform: string; text?: string }>) => {
  const Icon = icons[platform] ?? IconDeviceDesktop
  return (
    <Group gap={6} wrap="nowrap" display="inline-flex" component="span">
      <Icon size={15} stroke={1.6} aria-hidden="true" />
      <span>{text ?? platformName(platform)}</span>
    </Group>
  )
}
