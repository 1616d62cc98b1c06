import type { KeyObject } from 'node:crypto'
import { createPrivateKey, randomUUID } from 'node:crypto'
import type { App } from '../../app/app.ts'
import { host } from '../../domain/host/host.ts'
import { hostIdOf } from '../../domain/host/host-id.ts'
import type { AccountKey } from '../../domain/tokens/account-keys.ts'
import { accountKeys, allAccountKeys } from '../../domain/tokens/account-keys.ts'
import type { TokenEvent } from '../../domain/tokens/events.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import type { GetToken } from '../../protocols/apple/check-in.ts'
import { signJwt } from '../../protocols/jwt.ts'
import { dictOf, text } from '../../protocols/plist/fields.ts'
import { attemptsOf } from '../attempts.ts'
import type { CheckInServices } from './check-in.ts'
import type { WatchPairing } from './watch-pairing.ts'

/** Tokens of one host in an hour; each is an event. A device asks for one in weeks. */
const perHour = 20

type Made = Readonly<{ token: string; data: TokenEvent['data'] }>

/**
 * Gives hosts the tokens of services outside the enrollment; each is recorded before it is given, without itself. Null for a service that is
 * not offered here, or not to this host now. Throws `ParseError` naming the parameter at fault.
 * https://developer.apple.com/documentation/devicemanagement/get-token
 */
export const getToken = (app: App, pairing: WatchPairing): CheckInServices['tokenFor'] => {
  const attempts = attemptsOf(app.clock, { limit: perHour, windowMs: 60 * 60 * 1000 })
  let opened: Readonly<{ of: AccountKey; key: KeyObject }> | null = null

  const keyOf = async (of: AccountKey): Promise<KeyObject> => {
    if (opened?.of !== of)
      opened = {
        of,
        key: createPrivateKey(Buffer.from(await app.vault.open('server', accountKeyContext(of.serverUuid), of.key))),
      }
    return opened.key
  }

  /** https://developer.apple.com/documentation/devicemanagement/implementing-the-simple-authentication-user-enrollment-flow */
  const managedAccount = async (): Promise<Made | null> => {
    const signer = (await app.load(accountKeys, allAccountKeys)).state.keys.at(-1)
    if (signer === undefined) return null
    const [jti, iat] = [randomUUID(), Math.floor(app.clock().getTime() / 1000)]
    const token = signJwt({ iss: signer.serverUuid, iat, jti, service_type: 'com.apple.maid' }, await keyOf(signer))
    return { token, data: { service: 'managed-account', tokenId: jti, watch: null } }
  }

  const watch = async ({ TokenParameters }: GetToken, hostId: string): Promise<Made | null> => {
    const parameters = dictOf(TokenParameters ?? undefined, 'TokenParameters')
    const [securityToken, phone, watchUdid] = ['SecurityToken', 'PhoneUDID', 'WatchUDID'].map((key) => text(parameters, key, 255))
    if (securityToken === undefined || phone === undefined || watchUdid === undefined) return null
    if (hostIdOf(phone) !== hostId) throw new ParseError('PhoneUDID', 'A phone asks for a token in the name of another.')
    const token = await pairing.pairingToken({ hostId, watchUdid, securityToken })
    return token === null ? null : { token, data: { service: 'watch-pairing', tokenId: null, watch: watchUdid } }
  }

  const services: Readonly<Record<string, (message: GetToken, hostId: string) => Promise<Made | null>>> = {
    'com.apple.maid': managedAccount,
    'com.apple.watch.pairing': watch,
  }

  return async (message, hostId, cause) => {
    const { TokenServiceType: type } = message
    const make = Object.hasOwn(services, type) ? services[type] : undefined
    if (make === undefined || !attempts.mayTry(hostId)) return null
    const made = await make(message, hostId)
    if (made === null) return null
    attempts.count(hostId)
    await app.execute(host, hostId, { type: 'IssueToken', data: made.data }, cause)
    return { tokenData: Buffer.from(made.token) }
  }
}

/** What the key of a server UUID is sealed for. */
export const accountKeyContext = (serverUuid: string): string => `account-key/${serverUuid}`
