import type { Platform } from '../platforms.ts'
import type { CommandOutcome, DeviceError } from './events.ts'
import type { Request } from './requests.ts'

/** The final word of a host on a command that waited. */
export type Answer = Readonly<{
  commandId: string
  request: Request
  outcome: CommandOutcome
  errors: readonly DeviceError[]
  platform: Platform
  /** The host took it and is still at it. */
  underWay: boolean
}>

/** Why it went wrong, in one line for people. */
export const detailOf = (outcome: CommandOutcome, errors: readonly DeviceError[]): string => {
  const told = errors.map(({ domain, code, description }) => `${domain} (${String(code)}): ${description}`).join('; ')
  if (told !== '') return told
  return outcome === 'malformed' ? 'The device could not read the command.' : 'The device gave no reason.'
}
