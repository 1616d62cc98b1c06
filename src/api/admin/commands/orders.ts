import { randomInt } from 'node:crypto'
import type { App } from '../../../app/app.ts'
import { hostById } from '../../../projections/host-directory.ts'
import type { ListedHost } from '../../../projections/host-directory.ts'
import { refuse } from '../../errors.ts'

/** How long a host may take to fetch what an admin asked of it, ms. */
const waitMs = 30 * 24 * 60 * 60 * 1000

/** Until when a command waits that is asked for now, ISO 8601. */
export const deadlineFrom = (now: Date, ms = waitMs): string => new Date(now.getTime() + ms).toISOString()

/** Six digits, none likelier than another. */
export const randomPin = (): string => String(randomInt(0, 1_000_000)).padStart(6, '0')

/** Seals a PIN as commands and events hold it. */
export const sealedPin = ({ vault }: Pick<App, 'vault'>, hostId: string, commandId: string, pin: string) =>
  vault.seal(hostId, `pin/${commandId}`, Buffer.from(pin))

/** The host of this number, or 404. */
export const existingHost = async ({ read }: Pick<App, 'read'>, hostId: string): Promise<ListedHost> => {
  const [row] = await read(hostById(hostId))
  return row ?? refuse(404, 'id', `The host ${hostId} does not exist.`)
}
