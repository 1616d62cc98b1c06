import type { Recorded } from '../../kernel/event.ts'

/** What stands in the place of a personal fact of a host that was forgotten. */
export const forgottenMark = '[forgotten]'

/** Which facts of an event say whose a host was, by event name: paths into the data. */
const personal: Readonly<Record<string, readonly (readonly string[])[]>> = {
  HostDiscovered: [
    ['facts', 'name'],
    ['facts', 'serial'],
  ],
  HostDescribed: [
    ['facts', 'name'],
    ['facts', 'serial'],
  ],
  ChannelOpened: [
    ['user', 'shortName'],
    ['user', 'longName'],
  ],
  WindowsDeviceEnrolled: [['userName']],
  HardwareIdCollided: [['name'], ['formerName']],
}

/** An event as it is shown after its host was forgotten. The log itself keeps what it was told. */
export const masked = <E extends Pick<Recorded, 'type' | 'data'>>(event: E): E => {
  const data = (personal[event.type] ?? []).reduce<unknown>(replaced, event.data)
  return { ...event, data: event.type === 'StatusReported' ? withoutNames(data) : data }
}

const replaced = (value: unknown, path: readonly string[]): unknown => {
  const [key, ...rest] = path
  if (key === undefined) return value === null ? null : forgottenMark
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return value
  return { ...value, [key]: replaced((value as Readonly<Record<string, unknown>>)[key], rest) }
}

/** Status items have many names; those of people and devices say so. */
const withoutNames = (data: unknown): unknown => {
  const { items } = data as Readonly<{ items: Readonly<Record<string, unknown>> }>
  const shown = Object.entries(items).map(([name, value]) => [
    name,
    /name|serial|identifier|udid/i.test(name) ? forgottenMark : value,
  ])
  return { ...(data as object), items: Object.fromEntries(shown) as object }
}
