import { ParseError } from '../../kernel/parse-error.ts'
import type { PlistDict } from '../../protocols/plist/value.ts'
import type { DeviceFacts } from './facts.ts'

/**
 * What a device looks for in a profile before it installs it. Throws `ParseError`. Read from Apple's pages, apart from what the server checks.
 */
export const mustBeSound = (profile: PlistDict, payloads: readonly PlistDict[]): void => {
  // https://developer.apple.com/documentation/devicemanagement/toplevel
  mustSay(profile, 'PayloadIdentifier', 'The profile')
  mustSay(profile, 'PayloadUUID', 'The profile')
  if (profile['PayloadVersion'] !== 1) refuse('PayloadVersion', 'The PayloadVersion of the profile is not 1.')
  // https://developer.apple.com/documentation/devicemanagement/commonpayloadkeys
  for (const payload of payloads) {
    for (const key of ['PayloadType', 'PayloadIdentifier', 'PayloadUUID']) mustSay(payload, key, 'A payload')
    if (typeof payload['PayloadVersion'] !== 'number') refuse('PayloadVersion', 'A payload has no PayloadVersion.')
  }
  for (const [key, all] of [
    ['PayloadUUID', [profile, ...payloads]],
    ['PayloadIdentifier', payloads],
  ] as const)
    if (new Set(all.map((dict) => dict[key])).size < all.length) refuse(key, `Two have the same ${key}.`)
}

const ofType = (...types: readonly string[]): ReadonlySet<string> => new Set(types.map((type) => `com.apple.${type}`))

/** Where a profile is to be installed, and how it got there. */
export type Place = Readonly<{ facts: Pick<DeviceFacts, 'model' | 'supervised'>; channel: 'device' | 'user' }>

/** What a device does not take from its server, though the profile is sound. Throws `ParseError`. */
export const mustBelong = (profile: PlistDict, payloads: readonly PlistDict[], { facts, channel }: Place): void => {
  const types = payloads.map(({ PayloadType }) => (typeof PayloadType === 'string' ? PayloadType : ''))
  const one = (of: ReadonlySet<string>): string | undefined => types.find((type) => of.has(type))
  // https://developer.apple.com/documentation/devicemanagement/declarations-payload: by hand only.
  if (types.includes('com.apple.declarations')) refuse('PayloadType', 'Declarations cannot be installed by a server.')
  if (facts.model === 'mac') {
    const scope = profile['PayloadScope'] ?? (channel === 'user' ? 'User' : 'System')
    if (scope !== (channel === 'user' ? 'User' : 'System'))
      refuse(
        'PayloadScope',
        `A profile of the scope ${scope === 'User' ? 'User' : 'System'} came on the channel of the ${channel}.`,
      )
    const misplaced = one(channel === 'user' ? ofMacsAlone : ofUsersAlone)
    if (misplaced !== undefined) refuse('PayloadType', `A payload ${misplaced} came on the channel of the ${channel}.`)
  } else {
    const owned = facts.supervised ? undefined : one(ofSupervisedAlone)
    if (owned !== undefined) refuse('PayloadType', `A payload ${owned} came to a device that is not supervised.`)
  }
}

/** Payloads whose pages say "Allow in user channel: no", as far as Macs are concerned. */
const ofMacsAlone = ofType(
  ...['mdm', 'MCX', 'MCX.FileVault2', 'MCX.TimeMachine', 'SoftwareUpdate', 'SystemConfiguration', 'DirectoryService.managed'],
  ...['TCC.configuration-profile-policy', 'asam', 'dnsProxy.managed', 'dnsSettings.managed', 'loginwindow', 'proxy.http.global'],
  ...['security.FDERecoveryKeyEscrow', 'security.firewall', 'security.smartcard', 'servicemanagement', 'webcontent-filter'],
  ...['syspolicy.kernel-extension-policy', 'system-extension-policy', 'systempolicy.control', 'systempolicy.rule'],
)

/** Payloads whose pages say "Allow in device channel: no". */
const ofUsersAlone = ofType(
  ...['caldav.account', 'carddav.account', 'ews.account', 'ldap.account', 'mail.managed', 'education', 'webClip.managed'],
  ...['screensaver.user', 'security.certificatepreference', 'security.identitypreference'],
)

/** Payloads whose pages say "Requires supervision" of iOS. */
const ofSupervisedAlone = ofType(
  ...['app.lock', 'homescreenlayout', 'notificationsettings', 'profileRemovalPassword', 'proxy.http.global'],
  ...['shareddeviceconfiguration', 'SetupAssistant.managed'],
)

const mustSay = (dict: PlistDict, key: string, what: string): void => {
  if (typeof dict[key] !== 'string' || dict[key] === '') refuse(key, `${what} has no ${key}.`)
}

const refuse = (field: string, reason: string): never => {
  throw new ParseError(field, reason)
}
