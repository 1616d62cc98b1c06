import type { Clock, Log, Push, PushOutcome, PushTarget } from '../../app/ports.ts'

export type WnsOptions = Readonly<{
  /** The app that pushes go out for, `S-1-15-2-…`, and its secret. */
  packageSid: string
  clientSecret: string
  /** Microsoft's, unless told. */
  tokenUrl?: string
  /** Where a bearer token may be sent: the address comes from the device. Microsoft's push service, unless told. */
  mayPushTo?: (url: URL) => boolean
  clock: Clock
  log: Log
}>

const usualTokenUrl = 'https://login.live.com/accesstoken.srf'
const timeoutMs = 10_000
/** A token is renewed so long before its end, ms. */
const earlyMs = 5 * 60_000
const atOnce = 50

/** True for an address of Microsoft's push service. */
export const isWnsChannel = (url: URL): boolean => url.protocol === 'https:' && url.hostname.endsWith('.notify.windows.com')

/**
 * Microsoft's push service for Windows: a raw notification makes the management client call. Sends each push once and never throws.
 * https://learn.microsoft.com/windows/client-management/push-notification-windows-mdm
 */
export const wnsPush = (options: WnsOptions): Push => {
  const { packageSid, clientSecret, tokenUrl = usualTokenUrl, mayPushTo = isWnsChannel, clock, log } = options
  let held: Readonly<{ token: Promise<string>; until: number }> | null = null

  const askForToken = async (): Promise<Readonly<{ token: string; seconds: number }>> => {
    const response = await fetch(tokenUrl, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ grant_type: 'client_credentials', client_id: `ms-app://${packageSid}`, client_secret: clientSecret },
        scope: 'notify.windows.com',
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const told = response.ok ? ((await response.json()) as Readonly<{ access_token?: unknown; expires_in?: unknown }>) : {}
    if (typeof told.access_token !== 'string') throw new TokenRefused(response.status)
    return { token: told.access_token, seconds: Number(told.expires_in) || 3600 }
  }

  const tokenOf = (): Promise<string> => {
    if (held !== null && held.until > clock().getTime()) return held.token
    const asked = askForToken()
    const token = asked.then((answer) => answer.token)
    held = { token, until: clock().getTime() + timeoutMs }
    asked.then(
      ({ seconds }) => {
        held = { token, until: clock().getTime() + seconds * 1000 - earlyMs }
      },
      () => {
        held = null
      },
    )
    return token
  }

  const send = async (url: URL, token: string): Promise<number> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
        ...{ 'x-wns-type': 'wns/raw', 'x-wns-cache-policy': 'cache' },
      },
      body: 'call',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    await response.body?.cancel()
    return response.status
  }

  const push = async ({ token: address }: PushTarget): Promise<PushOutcome> => {
    const text = Buffer.from(address).toString()
    const url = URL.canParse(text) ? new URL(text) : null
    if (url === null || !mayPushTo(url)) return { kind: 'bad-token', reason: 'NotAChannel' }
    try {
      const status = await send(url, await tokenOf())
      if (status !== 401) return outcomeOf(status)
      held = null
      return outcomeOf(await send(url, await tokenOf()))
    } catch (error) {
      if (error instanceof TokenRefused && error.status < 500) {
        log.error({ status: error.status }, 'Microsoft gives no token for pushes: check the package SID and its secret.')
        return { kind: 'certificate-refused', reason: error.message }
      }
      return { kind: 'try-later', reason: error instanceof Error ? error.message : 'The push service cannot be reached.' }
    }
  }

  return {
    wake: async (targets) => {
      const outcomes: PushOutcome[] = []
      for (let from = 0; from < targets.length; from += atOnce)
        outcomes.push(...(await Promise.all(targets.slice(from, from + atOnce).map(push))))
      return outcomes
    },
    close: () => Promise.resolve(),
  }
}

class TokenRefused extends Error {
  override readonly name = 'TokenRefused'
  readonly status: number

  constructor(status: number) {
    super(`The token was refused with ${String(status)}.`)
    this.status = status
  }
}

/** A channel that is gone says nothing of the device: it tells a new one when it calls by itself. */
const outcomeOf = (status: number): PushOutcome => {
  if (status === 200) return { kind: 'sent' }
  if (status === 404 || status === 410) return { kind: 'bad-token', reason: 'ChannelGone' }
  if (status === 401 || status === 403) return { kind: 'certificate-refused', reason: `The service answered ${String(status)}.` }
  return status === 406 || status === 429 || status >= 500
    ? { kind: 'try-later', reason: `The service answered ${String(status)}.` }
    : { kind: 'refused', reason: `The service answered ${String(status)}.` }
}
