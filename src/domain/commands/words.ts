import type { HoldReason } from './events.ts'
import type { Request } from './requests.ts'

/** A request in words, as the beginning of a sentence. */
export const requestText = (request: Request): string => {
  if (request.kind === 'install-profile') return `Installing ${request.identifier}`
  if (request.kind === 'remove-profile' || request.kind === 'remove-application') return `Removing ${request.identifier}`
  if (request.kind === 'raw') return `The command ${request.requestType}`
  if (request.kind === 'allow-remote-desktop') return request.allowed ? 'Allowing remote desktop' : 'Forbidding remote desktop'
  return words[request.kind]
}

/** Why a command stayed behind, and what it waits for, in one sentence. */
export const holdReasons: Readonly<Record<HoldReason, string>> = {
  'no-user':
    'It is for a user: it goes out when the device calls while the user who enrolled it is signed in, and nobody or somebody else was when it last called.',
  'user-session':
    'It is for the device: it goes out with the next call that is not for the settings of a user alone, as the last one was.',
  'device-session':
    'It is for a user: it goes out with the next call that is not for the settings of the device alone, as the last one was.',
}

type Spelt = 'install-profile' | 'remove-profile' | 'remove-application' | 'raw' | 'allow-remote-desktop'

const words: Readonly<Record<Exclude<Request['kind'], Spelt>, string>> = {
  'list-profiles': 'Listing the profiles',
  'describe-device': 'A question for facts',
  'renew-identity': 'Renewing the identity certificate',
  'sync-declarations': 'Fetching its declarations',
  'release-device': 'Leaving the setup assistant',
  'release-user': 'Leaving the setup assistant of a user',
  lock: 'Locking',
  unlock: 'Unlocking',
  wipe: 'Wiping',
  'enable-lost-mode': 'Lost Mode',
  'disable-lost-mode': 'The end of Lost Mode',
  locate: 'A question for its place',
  'play-sound': 'A sound in Lost Mode',
  'clear-passcode': 'Clearing the passcode',
  'describe-security': 'A question for its security',
  'list-certificates': 'Listing the certificates',
  'list-applications': 'Listing the applications',
  'list-managed-applications': 'Listing the managed applications',
  'list-restrictions': 'Listing the restrictions',
  'list-users': 'Listing the users',
  'list-updates': 'Listing the updates',
  'describe-updates': 'A question for its updates',
  'install-package': 'Installing a package',
  restart: 'Restarting',
  'shut-down': 'Shutting down',
  'log-out-user': 'Logging the user out',
  'unlock-user': 'Unlocking the account of a user',
}
