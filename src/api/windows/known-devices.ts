import type { App } from '../../app/app.ts'
import { SecretGone } from '../../app/ports.ts'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'
import { windowsDevice } from '../../projections/windows-enrollments.ts'
import { credentialContext } from './settings.ts'

/** A device as its sessions need it; `serial` null: it never told one. */
export type KnownWindowsDevice = Readonly<{
  hostId: string
  deviceId: string
  credentialHash: string
  serial: string | null
  /** Its setup waits for this server since then, ms since 1970; null: it does not. */
  inSetupSince: number | null
  ended: boolean
}>

/** Devices by their id, remembered for a while so that an idle session asks no database; null: it is nobody's. */
export type KnownWindowsDevices = Readonly<{
  find: (deviceId: string) => Promise<KnownWindowsDevice | null>
  lookAgain: (deviceId: string) => Promise<KnownWindowsDevice | null>
  forget: (deviceId: string) => void
}>

const inMemory = 100_000
const believedMs = 60_000

export const knownWindowsDevices = ({ read, vault, clock }: Pick<App, 'read' | 'vault' | 'clock'>): KnownWindowsDevices => {
  const known = leastRecentlyUsed<Readonly<{ device: KnownWindowsDevice; until: number }>>(inMemory)

  const lookAgain = async (deviceId: string): Promise<KnownWindowsDevice | null> => {
    const [row] = await read(windowsDevice(deviceId))
    if (row === undefined) return null
    const credential = await vault.open(row.host_id, credentialContext, row.credential).catch(nullWhenGone)
    if (credential === null) return null
    const device = {
      ...{ hostId: row.host_id, deviceId, serial: row.serial, ended: row.ended_at !== null },
      credentialHash: Buffer.from(credential).toString(),
      inSetupSince: row.in_setup ? Date.parse(row.enrolled_at) : null,
    }
    known.set(deviceId, { device, until: clock().getTime() + believedMs })
    return device
  }

  return {
    find: (deviceId) => {
      const found = known.get(deviceId)
      return found !== undefined && found.until > clock().getTime() ? Promise.resolve(found.device) : lookAgain(deviceId)
    },
    lookAgain,
    forget: known.delete,
  }
}

/** A device of a host that was forgotten is nobody's. */
const nullWhenGone = (error: unknown): null => {
  if (error instanceof SecretGone) return null
  throw error
}
