import type { Custody } from '../client/json.ts'
import type { MusterClient } from '../client/muster-client.ts'

/** Something that may be done to one host: a command of the program, and what it prints. */
type HostDeed = Readonly<{
  name: string
  about: string
  /** What is said before the question, of deeds that destroy something: the host's name stands for `%`. */
  question?: string
  deed: (client: MusterClient, hostId: number) => Promise<readonly [object, string]>
}>

const held = (custody: Custody): readonly [object, string] => {
  const { device_status, pending_action, unlock_pin } = custody
  const pin = unlock_pin === undefined ? '' : ` The PIN is ${unlock_pin}.`
  return [custody, `The host is ${device_status}${pending_action === '' ? '' : `, about to ${pending_action}`}.${pin}`]
}

const asked = (what: string, command: string): readonly [object, string] => [
  { command_uuid: command },
  `${what} is under way as the command ${command}.`,
]

export const hostDeeds: readonly HostDeed[] = [
  {
    name: 'lock',
    about: 'lock a host; Macs answer with their PIN',
    deed: async (client, id) => held(await client.hosts.lock(id, { viewPin: true })),
  },
  {
    name: 'unlock',
    about: 'unlock a host, or show the PIN that a person must type',
    deed: async (client, id) => held(await client.hosts.unlock(id)),
  },
  {
    name: 'wipe',
    about: 'erase a host',
    question: 'Erase %? Everything on it is gone then, and this cannot be taken back.',
    deed: async (client, id) => held(await client.hosts.wipe(id)),
  },
  {
    name: 'clear-passcode',
    about: 'take the passcode of a host away',
    question: 'Take the passcode of % away? Whoever holds it can open it then.',
    deed: async (client, id) => asked('Clearing the passcode', await client.hosts.clearPasscode(id)),
  },
  {
    name: 'release',
    about: 'let a host out of its setup assistant',
    deed: async (client, id) => asked('The release', await client.hosts.release(id)),
  },
  {
    name: 'renew',
    about: 'renew the identity certificate of a host',
    deed: async (client, id) => asked('The renewal', await client.hosts.renewIdentity(id)),
  },
  {
    name: 'unenroll',
    about: 'ask a host to remove its enrollment profile',
    question: 'End the management of %? Its settings are removed, and it has to enroll again.',
    deed: async (client, id) => {
      await client.hosts.unenroll(id)
      return [{}, 'The host is asked to leave.']
    },
  },
  {
    name: 'readmit',
    about: 'let the agent of a host that was sent away enroll it again',
    deed: async (client, id) => {
      await client.hosts.readmit(id)
      return [{}, 'The agent of the host may enroll it again.']
    },
  },
]
