import type { App } from '../../app/app.ts'
import { host } from '../../domain/host/host.ts'
import { hostIdOf } from '../../domain/host/host-id.ts'
import type { Tickets } from '../tickets.ts'

/**
 * How a watch shows that the phone it is paired with is managed here: it is told a security token, the phone hands that in and gets a
 * pairing token, the watch presents it.
 * https://developer.apple.com/documentation/devicemanagement/get-token
 */
export type WatchPairing = Readonly<{
  /** What a watch without a pairing token is told: a UUID that is good for one to two hours. */
  securityToken: (watchUdid: string) => Promise<string>
  /** A pairing token for the phone `hostId`; null when the security token is not that of this watch, or has ended. */
  pairingToken: (request: Readonly<{ hostId: string; watchUdid: string; securityToken: string }>) => Promise<string | null>
  /** The team of the phone that this watch is paired with; null when the token is none for it, or the phone is managed no longer. */
  teamFor: (watchUdid: string, pairingToken: Uint8Array) => Promise<string | null>
}>

const hourMs = 60 * 60 * 1000

/** How long a watch may take from its phone's token to its enrollment, ms. */
const pairingValidMs = 24 * hourMs

const purpose = 'watch-pairing'

export const watchPairing = ({ load, clock }: Pick<App, 'load' | 'clock'>, tickets: Tickets): WatchPairing => {
  const hourNow = (): number => Math.floor(clock().getTime() / hourMs)

  const tokenOfHour = async (watchUdid: string, hour: number): Promise<string> =>
    uuidFrom(await tickets.digest('watch-security', `${String(hour)}/${watchUdid.toUpperCase()}`))

  return {
    securityToken: (watchUdid) => tokenOfHour(watchUdid, hourNow()),

    pairingToken: async ({ hostId, watchUdid, securityToken }) => {
      const hour = hourNow()
      const good = [await tokenOfHour(watchUdid, hour), await tokenOfHour(watchUdid, hour - 1)]
      if (!good.includes(securityToken.toUpperCase())) return null
      return tickets.issue(purpose, [hostId, hostIdOf(watchUdid)], pairingValidMs)
    },

    teamFor: async (watchUdid, pairingToken) => {
      const [hostId, watchId] = (await tickets.read(purpose, Buffer.from(pairingToken).toString('latin1'))) ?? []
      if (hostId === undefined || watchId !== hostIdOf(watchUdid)) return null
      const { state } = await load(host, hostId)
      return state.enrollment.stage === 'enrolled' ? state.membership.teamId : null
    },
  }
}

/** The shape of a random UUID (version 4), from a keyed hash. */
const uuidFrom = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`.toUpperCase()
