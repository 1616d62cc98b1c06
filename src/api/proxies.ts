import type { DeviceHead } from './device-path.ts'

/** The proxies that this server is told to trust, and whom they say they speak for. */
export type Proxies = Readonly<{
  isProxy: (address: string | undefined) => boolean
  /** The address that a request comes from, past the proxies. */
  addressOf: (head: Pick<DeviceHead, 'headers' | 'socket'>) => string
}>

/** `trusts` judges an address so many hops away, as Express has it of the setting `trust proxy`. */
export const proxiesOf = (trusts: (address: string, hop: number) => boolean): Proxies => ({
  isProxy: (address) => address !== undefined && trusts(address, 0),
  addressOf: ({ headers, socket }) => {
    const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',')
    const hops = [socket.remoteAddress ?? 'unknown', ...forwarded.map((address) => address.trim()).reverse()].filter(
      (address) => address !== '',
    )
    return hops.find((address, hop) => !trusts(address, hop)) ?? hops.at(-1) ?? 'unknown'
  },
})
