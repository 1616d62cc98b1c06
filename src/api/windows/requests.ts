import type { App } from '../../app/app.ts'
import type { Reason } from '../../domain/commands/events.ts'
import type { Request } from '../../domain/commands/requests.ts'
import { host } from '../../domain/host/host.ts'
import { hasASay } from '../../domain/host-profiles/state.ts'
import type { SealedContent } from '../../kernel/content.ts'
import { profileVersionsSent } from '../../projections/command-directory.ts'
import { nodesToAsk } from '../../protocols/windows/confirmation.ts'
import type { Delivery } from '../../protocols/windows/profile-delivery.ts'
import { deliveryOf, locUrisIn } from '../../protocols/windows/profile-delivery.ts'
import { readRawCommand, withCommandId } from '../../protocols/windows/syncml/commands.ts'
import { devDetail, devInfo, dmClient, rebootNow, remoteWipe } from '../../protocols/windows/syncml/csp.ts'
import type { Deed } from '../../protocols/windows/syncml/deeds.ts'
import { deliveryOfDeeds } from '../../protocols/windows/syncml/deeds.ts'
import { normalLocUri } from '../../protocols/windows/syncml/loc-uris.ts'
import { deletionsOf } from '../../protocols/windows/whole-nodes.ts'
import type { Overridings } from './overriding.ts'
import type { ProfileText } from './profile-texts.ts'
import { providerId } from './settings.ts'
import { releaseDeeds } from './setup-page.ts'

/** A request of the menu that waits for a host. `replacing`: what an Add found there already is set. */
export type Addressed = Readonly<{
  hostId: string
  commandId: string
  request: Request
  reason: Reason
  replacing?: boolean
  /** Whether a node may be asked for in this session; absent: all. */
  mayAsk?: (locUri: string) => boolean
}>

/** Turns a request into SyncML: `nothing` needs no command, `unsupported` has none on Windows. */
export type ToWindows = (addressed: Addressed) => Promise<Delivery | 'nothing' | 'unsupported'>

/** Opens what a request only refers to. */
export type RevealWindows = Readonly<{
  textOf: ProfileText
  /** Nodes of a profile on which another of the host has the last word, in normal form. */
  lostOn: Overridings['lostOn']
  sealed: (hostId: string, context: string, content: SealedContent) => Promise<Uint8Array>
}>

type Translate<K extends Request['kind']> = (
  request: Extract<Request, { kind: K }>,
  addressed: Addressed,
) => Delivery | 'nothing' | Promise<Delivery | 'nothing'>

type Table = Readonly<{ [K in Request['kind']]: Translate<K> | null }>

/** A command that was sent as a Replace is answered by a CmdID with this ending. */
export const replacingMark = '~r'

/** The CmdIDs of a command and of what is inside it. */
export const idsOf = (commandId: string, replacing = false) => {
  const whole = replacing ? `${commandId}${replacingMark}` : commandId
  return { commandId: whole, idAt: (index: number): string => `${whole}.${String(index + 1)}` }
}

/** The one table from the menu of requests to Windows. A member without a line does not compile; null says that Windows has no such thing. */
export const windowsRequests = (app: Pick<App, 'read' | 'load'>, reveal: RevealWindows): ToWindows => {
  const { textOf } = reveal

  /** The nodes that other profiles set on this host, in normal form. What failed for good sets none. */
  const keptFor = async (hostId: string, without: readonly string[]): Promise<ReadonlySet<string>> => {
    const { state } = await app.load(host, hostId)
    const others = Object.entries(state.hostProfiles).filter(([profileId, has]) => hasASay(has) && !without.includes(profileId))
    const sets = await Promise.all(
      others.map(async ([profileId, { checksum }]) => locUrisIn(await textOf(hostId, profileId, checksum))),
    )
    return new Set(sets.flat().map(normalLocUri))
  }

  /** All that was ever handed to this host of a profile: what was cancelled on its way may be there too. */
  const versionsOf = async (hostId: string, profileId: string): Promise<readonly string[]> => {
    const rows = await app.read(profileVersionsSent(hostId, profileId))
    return Promise.all(rows.map(({ checksum }) => textOf(hostId, profileId, checksum)))
  }

  /** What earlier versions set, or the profile that this one replaces, and neither this one nor another sets any more. */
  const leftovers = async ({ hostId, reason }: Addressed, profileId: string, content: string): Promise<readonly Deed[]> => {
    if (reason.code !== 'profile-changed' && reason.code !== 'profile-replaces') return []
    const before = reason.code === 'profile-replaces' ? reason.profileId : profileId
    const kept = await keptFor(hostId, [profileId, before])
    const gone = (await versionsOf(hostId, before)).flatMap(locUrisIn)
    return deletions(gone, new Set([...kept, ...locUrisIn(content).map(normalLocUri)]))
  }

  const table: Table = {
    'install-profile': async ({ profileId, checksum }, addressed) => {
      const { hostId, commandId, replacing = false } = addressed
      const content = await textOf(hostId, profileId, checksum)
      const deletes = await leftovers(addressed, profileId, content)
      const before = deletes.map((deed, index) =>
        deliveryOfDeeds([deed], { commandId: `${commandId}.d${String(index + 1)}`, idAt: String }),
      )
      const without = await reveal.lostOn(hostId, profileId)
      const left = deliveryOf(content, idsOf(commandId, replacing), { asReplace: replacing, without })
      if (left === null && before.length === 0) return 'nothing'
      // Something has to be answered by the number of the command.
      const whole = left ?? deliveryOfDeeds([{ verb: 'Get', locUri: devInfo.managementVersion }], idsOf(commandId))
      const all = [...before, whole]
      return { ...whole, xml: all.map(({ xml }) => xml).join(''), parts: all.flatMap(({ parts }) => parts) }
    },
    'remove-profile': async ({ profileId }, { hostId, commandId }) => {
      if (profileId === null) return oneDeed(commandId, unenroll)
      const versions = await versionsOf(hostId, profileId)
      const kept = await keptFor(hostId, [profileId])
      const deeds = deletions(versions.flatMap(locUrisIn), kept)
      return deeds.length === 0 ? 'nothing' : deliveryOfDeeds(deeds, idsOf(commandId))
    },
    'describe-device': (_, { commandId }) => deliveryOfDeeds(questions, idsOf(commandId)),
    'list-profiles': async (_, { hostId, commandId, mayAsk = () => true }) => {
      const { state } = await app.load(host, hostId)
      const installed = Object.entries(state.hostProfiles).filter(
        ([, { operation, landed }]) => operation === 'install' && landed,
      )
      const nodes = await Promise.all(
        installed.map(async ([profileId, { checksum }]) => nodesToAsk(await textOf(hostId, profileId, checksum))),
      )
      const gets = [...new Set(nodes.flat())]
        .filter(mayAsk)
        .slice(0, mostGets)
        .map((locUri) => ({ verb: 'Get', locUri }) as const)
      return deliveryOfDeeds([...questions, ...gets], idsOf(commandId))
    },
    wipe: ({ wipeType }, { commandId }) => {
      const locUri = wipeType === 'doWipe' ? remoteWipe.plain : remoteWipe.protected
      return oneDeed(commandId, { verb: 'Exec', locUri, format: 'chr', data: '' })
    },
    restart: (_, { commandId }) => oneDeed(commandId, { verb: 'Exec', locUri: rebootNow }),
    'release-device': (_, { commandId, mayAsk = () => true }) =>
      deliveryOfDeeds(
        releaseDeeds.filter(({ locUri }) => mayAsk(locUri)),
        idsOf(commandId),
      ),
    raw: async ({ payload }, { hostId, commandId }) => {
      const bytes = await reveal.sealed(hostId, `command/${commandId}`, payload)
      const { xml, locUris } = readRawCommand(Buffer.from(bytes).toString('utf8'))
      return { xml: withCommandId(xml, commandId), parts: locUris.map((locUri) => ({ cmdId: commandId, locUri })) }
    },
    ...{
      'renew-identity': null,
      'sync-declarations': null,
      lock: null,
      unlock: null,
      'enable-lost-mode': null,
      'disable-lost-mode': null,
    },
    ...{ locate: null, 'clear-passcode': null, 'describe-security': null, 'list-certificates': null, 'list-applications': null },
    ...{ 'list-managed-applications': null, 'list-restrictions': null, 'list-users': null, 'list-updates': null },
    ...{ 'describe-updates': null, 'install-package': null, 'remove-application': null, 'shut-down': null, 'play-sound': null },
    ...{ 'log-out-user': null, 'unlock-user': null, 'allow-remote-desktop': null, 'release-user': null },
  }

  return async (addressed) => {
    const translate = table[addressed.request.kind] as Translate<Request['kind']> | null
    return translate === null ? 'unsupported' : translate(addressed.request, addressed)
  }
}

/** What a device is asked about itself. */
const questions: readonly Deed[] = Object.values(devDetail).map((locUri) => ({ verb: 'Get', locUri }))

/** Nodes that are looked at in one go. */
const mostGets = 500

/** The device leaves without a status: an alert of a session of its own tells that it did. */
export const unenroll: Deed = { verb: 'Exec', locUri: dmClient(providerId).unenroll, format: 'chr', data: providerId }

const deletions = (gone: readonly string[], stays: ReadonlySet<string>): readonly Deed[] =>
  deletionsOf(gone, stays).map((locUri) => ({ verb: 'Delete', locUri }))

const oneDeed = (commandId: string, deed: Deed): Delivery => deliveryOfDeeds([deed], idsOf(commandId))
