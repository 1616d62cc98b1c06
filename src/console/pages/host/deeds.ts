import type { Deed } from '../../api/host-deeds.ts'

/** How a deed is asked for: what its menu, its question and its button say. */
export type Asking = Readonly<{
  deed: Deed
  menu: string
  title: (name: string) => string
  text: string
  button: string
  dangerous: boolean
  /** The name of the host must be typed. */
  typed: boolean
  /** A message for the lock screen may be given. */
  message: boolean
}>

const usual = { dangerous: false, typed: false, message: false } as const

/** In the order of the menu. What a host can do of it, the server says. */
export const askings: readonly Asking[] = [
  {
    ...usual,
    deed: 'lock',
    menu: 'Lock…',
    title: (name) => `Lock ${name}?`,
    text: 'A Mac restarts and asks for a PIN; a phone or tablet goes into Lost Mode. The PIN is shown next, and that it was shown is recorded.',
    button: 'Lock',
    dangerous: true,
    message: true,
  },
  {
    ...usual,
    deed: 'unlock',
    menu: 'Unlock…',
    title: (name) => `Unlock ${name}?`,
    text: 'Lost Mode ends. A locked Mac needs its PIN, which is shown next; that it was shown is recorded.',
    button: 'Unlock',
  },
  {
    ...usual,
    deed: 'clear_passcode',
    menu: 'Clear passcode…',
    title: (name) => `Clear the passcode of ${name}?`,
    text: 'Whoever holds the device can then use it until a new passcode is set.',
    button: 'Clear passcode',
    dangerous: true,
  },
  {
    ...usual,
    deed: 'renew',
    menu: 'Renew identity…',
    title: (name) => `Renew the identity of ${name}?`,
    text: 'The host gets a new certificate and stays enrolled as it is.',
    button: 'Renew',
  },
  {
    ...usual,
    deed: 'unenroll',
    menu: 'End management…',
    title: (name) => `End the management of ${name}?`,
    text: 'The host removes its enrollment profile and all that came with it. It can only come back by enrolling again.',
    button: 'End management',
    dangerous: true,
    typed: true,
  },
  {
    ...usual,
    deed: 'wipe',
    menu: 'Wipe…',
    title: (name) => `Erase ${name}?`,
    text: 'Everything on the device is erased. This cannot be undone.',
    button: 'Erase everything',
    dangerous: true,
    typed: true,
  },
]
