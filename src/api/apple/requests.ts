import type { App } from '../../app/app.ts'
import type { Request } from '../../domain/commands/requests.ts'
import type { EnrollmentTerms } from '../../domain/enrollment/terms.ts'
import type { Sealed } from '../../kernel/content.ts'
import type { RevealSecrets } from '../profile-contents.ts'
import { profileContents } from '../profile-contents.ts'
import { openSecrets } from '../secret-variables.ts'
import type { Command } from '../../protocols/apple/commands.ts'
import {
  bare,
  certificateList,
  clearPasscode,
  declarativeManagement,
  deviceConfigured,
  deviceInformation,
  deviceLocation,
  deviceLock,
  disableLostMode,
  enableLostMode,
  eraseDevice,
  installEnterpriseApplication,
  installProfile,
  installedApplicationList,
  profileList,
  removeApplication,
  removeProfile,
  restartDevice,
  securityInfo,
  unlockUserAccount,
} from '../../protocols/apple/commands.ts'
import { text } from '../../protocols/plist/fields.ts'
import { readPlist } from '../../protocols/plist/read.ts'
import { isDict } from '../../protocols/plist/value.ts'
import { ParseError } from '../../kernel/parse-error.ts'

export type Addressed = Readonly<{ hostId: string; commandId: string; request: Request }>

/** Turns a request into Apple's words, with the bytes that it only refers to. */
export type ToApple = (addressed: Addressed) => Promise<Command>

/** Opens what a request holds sealed, and makes what is made only when it is sent. */
export type Reveal = Readonly<{
  sealed: (hostId: string, context: string, sealed: Sealed) => Promise<Uint8Array>
  enrollmentProfile: (terms: EnrollmentTerms) => Promise<Uint8Array>
  secrets: RevealSecrets
}>

/** For the device that it is sent to. */
export const revealed = (
  app: Pick<App, 'load' | 'vault'>,
  { sign }: Readonly<{ sign: (terms: EnrollmentTerms) => Promise<Uint8Array> }>,
): Reveal => ({
  sealed: app.vault.open,
  enrollmentProfile: sign,
  secrets: async (names) => (await openSecrets(app, names)).values,
})

/** For people: secrets are shown by the calls meant to reveal them, which are recorded. */
export const concealed: Reveal = {
  sealed: () => Promise.resolve(Buffer.from('(sealed)')),
  enrollmentProfile: () => Promise.resolve(Buffer.from('(made when it is sent)')),
  secrets: () => Promise.resolve({}),
}

type Table = Readonly<{
  [K in Request['kind']]: (request: Extract<Request, { kind: K }>, addressed: Addressed) => Command | Promise<Command>
}>

/** The one table from the menu of requests to Apple's commands. A member without a line does not compile. */
export const appleRequests = (app: Pick<App, 'read' | 'blobs' | 'load'>, reveal: Reveal): ToApple => {
  const { renderedFor } = profileContents(app, 'apple-profile', reveal.secrets)

  const pinIn = async (hostId: string, commandId: string, pin: Sealed | null): Promise<string | null> =>
    pin === null ? null : Buffer.from(await reveal.sealed(hostId, `pin/${commandId}`, pin)).toString()

  const table: Table = {
    'install-profile': async ({ profileId, checksum }, { hostId }) =>
      installProfile(await renderedFor(hostId, profileId, checksum)),
    'remove-profile': ({ identifier }) => removeProfile(identifier),
    'list-profiles': () => profileList(),
    'describe-device': ({ queries }) => deviceInformation(queries),
    'renew-identity': async ({ terms }) => installProfile(await reveal.enrollmentProfile(terms)),
    'sync-declarations': () => declarativeManagement(),
    'release-device': () => deviceConfigured(),
    lock: async ({ pin, message, phoneNumber }, { hostId, commandId }) =>
      deviceLock({ pin: await pinIn(hostId, commandId, pin), message, phoneNumber }),
    unlock: () => {
      throw new ParseError('command', 'No command unlocks an Apple device: a person does, or Lost Mode ends.')
    },
    wipe: async ({ pin, obliteration }, { hostId, commandId }) =>
      eraseDevice({ pin: await pinIn(hostId, commandId, pin), obliteration }),
    'enable-lost-mode': ({ message, phoneNumber, footnote }) => enableLostMode({ message, phoneNumber, footnote }),
    'disable-lost-mode': () => disableLostMode(),
    locate: () => deviceLocation(),
    'clear-passcode': async ({ unlockToken }, { hostId }) =>
      clearPasscode(await reveal.sealed(hostId, 'unlock-token', unlockToken)),
    'describe-security': () => securityInfo(),
    'list-certificates': ({ managedOnly }) => certificateList(managedOnly),
    'list-applications': ({ managedOnly }) => installedApplicationList(managedOnly),
    'list-managed-applications': () => bare('ManagedApplicationList'),
    'list-restrictions': () => bare('Restrictions'),
    'list-users': () => bare('UserList'),
    'list-updates': () => bare('AvailableOSUpdates'),
    'describe-updates': () => bare('OSUpdateStatus'),
    'install-package': ({ manifestUrl }) => installEnterpriseApplication(manifestUrl),
    'remove-application': ({ identifier }) => removeApplication(identifier),
    restart: ({ notifyUser }) => restartDevice(notifyUser),
    'shut-down': () => bare('ShutDownDevice'),
    'play-sound': () => bare('PlayLostModeSound'),
    'log-out-user': () => bare('LogOutUser'),
    'unlock-user': ({ userName }) => unlockUserAccount(userName),
    'allow-remote-desktop': ({ allowed }) => bare(allowed ? 'EnableRemoteDesktop' : 'DisableRemoteDesktop'),
    'release-user': () => bare('UserConfigured'),
    raw: async ({ payload }, { hostId, commandId }) =>
      commandIn(await app.blobs.fetchSealed(hostId, `command/${commandId}`, payload)),
  }

  return (addressed) => {
    const translate = table[addressed.request.kind] as (request: Request, addressed: Addressed) => Command | Promise<Command>
    return Promise.resolve(translate(addressed.request, addressed))
  }
}

/** The command in an admin's own plist: the whole message, or the inner dictionary alone. */
const commandIn = (bytes: Uint8Array): Command => {
  const message = readPlist(bytes)
  const whole = isDict(message) ? message['Command'] : undefined
  const command = isDict(whole) ? whole : message
  if (!isDict(command)) throw new ParseError('command', 'The command is no dictionary.')
  return { ...command, RequestType: text(command, 'RequestType') }
}
