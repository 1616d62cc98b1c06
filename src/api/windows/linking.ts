import type { App } from '../../app/app.ts'
import { host } from '../../domain/host/host.ts'
import type { Cause } from '../../kernel/event.ts'
import { Rejection } from '../../kernel/rejection.ts'

/** Boards whose maker left the serial number out: it tells no device from another. */
const placeholders: ReadonlySet<string> = new Set([
  ...['', '0', '-1', 'none', 'default string', 'to be filled by o.e.m.', 'system serial number', 'not specified', 'n/a'],
  ...['123456789', '0123456789', 'not applicable', 'invalid', 'oem'],
])

/** False for a serial number that many devices have. */
export const isSerial = (text: string): boolean => !placeholders.has(text.trim().toLowerCase())

/** A record of the same serial number, and the one that it is to live on in. */
export type Twins = Readonly<{ hostId: string; hardwareId: string; into: string }>

/** Makes two records of one device one. False when the rules do not allow it: that is logged, and both stay as they are. */
export const mergeBySerial = async (
  app: Pick<App, 'execute' | 'logger'>,
  { hostId, hardwareId, into }: Twins,
  cause: Cause,
): Promise<boolean> => {
  try {
    await app.execute(host, hostId, { type: 'MergeAway', data: { into, because: 'serial' } }, cause)
    await app.execute(host, into, { type: 'AbsorbHost', data: { hostId, hardwareId, because: 'serial' } }, cause)
    return true
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    app.logger.warn({ hostId, into, code: error.code }, 'two records of one serial number were not made one')
    return false
  }
}
