import { devInfo } from '../../protocols/windows/syncml/csp.ts'
import { digestOf } from '../../protocols/windows/syncml/digest.ts'
import { normalLocUri } from '../../protocols/windows/syncml/loc-uris.ts'
import type {
  GroupCommand,
  NodeCommand,
  SyncCommand,
  SyncItem,
  SyncMessage,
  SyncStatus,
} from '../../protocols/windows/syncml/message.ts'
import { readSyncMessage } from '../../protocols/windows/syncml/read-message.ts'
import { writeSyncMessage } from '../../protocols/windows/syncml/write-message.ts'
import { DeviceFailure } from '../apple/failure.ts'
import type { Network } from '../apple/network.ts'
import type { CspTree, Done } from './csp-tree.ts'

/** How the network treats a device; chances from 0 to 1. */
export type SessionLuck = Readonly<{
  /** The answer to a message is lost: the device sends the message again. */
  losesAnswer: () => boolean
  /** The device sends a message twice. */
  repeats: () => boolean
}>

export type SessionOptions = Readonly<{
  network: Network
  url: string
  deviceId: string
  /** What `credentialHash` makes of its name and password. */
  credential: string
  sessionId: string
  tree: CspTree
  signedIn: 'user' | 'others' | 'none'
  /** Whose settings the session is for, as the device says; absent: it says nothing. */
  syncType?: 'user' | 'device' | 'mixed'
  /** Its user just sent the server away. */
  leaves: boolean
  luck: SessionLuck
  /** Values longer than this many characters go in pieces. */
  pieceLength: number
  /** How many bytes it takes in one message; any number unless told. */
  maxMessage?: number
  /** How many bytes it takes in one value; any number unless told. */
  maxObject?: number
  onCommand?: (done: Done) => void
  /** Nodes that make a message unreadable to the device: it ends the session without a word. */
  chokesOn?: readonly string[]
  /** False once the device has been told to leave or to erase itself: the session ends there. */
  goesOn: () => boolean
}>

const syncType = 'application/vnd.syncml.dm+xml'
const mostMessages = 200

/** One session: says who it is, does what it is told, and answers how many commands that were. Throws `DeviceFailure`. */
export const syncSession = async (options: SessionOptions): Promise<number> => {
  const { tree, deviceId, sessionId, url } = options
  let nonce: Uint8Array | null = null
  let msgId = 0
  let executed = 0

  const post = async (body: Buffer): Promise<Buffer> => {
    const query = '?mode=Maintenance&Platform=WoA'
    const headers = { 'content-type': syncType, accept: syncType, 'user-agent': 'MSFT OMA DM Client/1.2.0.1' }
    const reply = await options.network.send({ method: 'POST', url: `${url}${query}`, headers, body })
    if (reply.status !== 200)
      throw new DeviceFailure('refused', `The session was answered with ${String(reply.status)}.`, { status: reply.status })
    if (reply.headers['content-type'] !== syncType)
      throw new DeviceFailure('bad-reply', `The answer is of the type ${String(reply.headers['content-type'])}.`)
    return reply.body
  }

  const exchange = async (commands: readonly SyncCommand[], final: boolean): Promise<SyncMessage> => {
    msgId += 1
    const credential = nonce === null ? null : { type: 'syncml:auth-md5', data: digestOf(options.credential, nonce) }
    const maxMessage = options.maxMessage ?? null
    const { maxObject } = options
    const header = {
      ...{ sessionId, msgId: String(msgId), target: url, source: deviceId, credential, maxMessage },
      ...(maxObject !== undefined && { maxObject }),
    }
    const body = writeSyncMessage({ header, commands, final })
    let answer = await post(body)
    if (options.maxMessage !== undefined && answer.length > options.maxMessage)
      throw new DeviceFailure('bad-reply', `The answer has ${String(answer.length)} bytes, more than the device takes.`)
    if (options.luck.losesAnswer() || options.luck.repeats()) answer = await post(body)
    const read = readSyncMessage(answer)
    checkAnswer(read, { sessionId, msgId: String(msgId), deviceId })
    return read
  }

  /** As `exchange`, and once more with the nonce that the server asks for. */
  const authenticated = async (commands: readonly SyncCommand[], final: boolean): Promise<SyncMessage> => {
    for (let tries = 0; tries < 3; tries++) {
      const answer = await exchange(commands, final)
      const [header] = answer.commands.flatMap((one) => (one.name === 'Status' && one.cmdRef === '0' ? [one] : []))
      if (header === undefined) throw new DeviceFailure('bad-reply', 'The answer has no status for the header.')
      if (header.data !== '407' && header.data !== '401') return answer
      if (header.nonce === null || answer.commands.some(isDeed))
        throw new DeviceFailure('bad-reply', 'The challenge has no nonce, or commands come with it.')
      nonce = header.nonce
    }
    throw new DeviceFailure('refused', 'The server does not take the credentials.')
  }

  let server = await authenticated(firstPackage(options), true)
  for (let messages = 0; messages < mostMessages; messages++) {
    const deeds = server.commands.filter(isDeed)
    if (deeds.length === 0 || deeds.some((deed) => isAbout(deed, options.chokesOn ?? []))) return executed
    const said: SyncCommand[] = [status('1', server.header.msgId, '0', 'SyncHdr', '200')]
    const pieces: (readonly SyncItem[])[] = []
    const whose: Done[] = []
    for (const deed of deeds) {
      for (const done of tree.run(deed)) {
        options.onCommand?.(done)
        said.push(status(String(said.length + 1), server.header.msgId, done.cmdId, done.cmd, done.code))
        if (done.value === undefined) continue
        const [first = [], ...rest] = inPieces(done.value, options.pieceLength)
        said.push(results(said.length + 1, server.header.msgId, done.cmdId, first))
        for (const piece of rest) {
          pieces.push(piece)
          whose.push(done)
        }
      }
      executed += 1
    }
    if (!options.goesOn()) return executed
    const carrier = server.header.msgId
    server = await authenticated(said, true)
    for (const [index, piece] of pieces.entries()) {
      if (!server.commands.some((one) => one.name === 'Alert' && one.data === '1222'))
        throw new DeviceFailure('bad-reply', 'The server did not ask for the rest of a large object.')
      server = await authenticated([results(1, carrier, whose[index]?.cmdId ?? '', piece)], true)
      if (piece.some(({ moreData }) => moreData) && !server.commands.some((one) => one.name === 'Status' && one.data === '213'))
        throw new DeviceFailure('bad-reply', 'A piece of a large object is not said to be taken.')
    }
  }
  throw new DeviceFailure('bad-reply', 'The session does not end.')
}

const isDeed = (command: SyncCommand): command is NodeCommand | GroupCommand =>
  'commands' in command || ('items' in command && command.name !== 'Alert' && command.name !== 'Results')

const isAbout = (deed: NodeCommand | GroupCommand, nodes: readonly string[]): boolean =>
  'commands' in deed
    ? deed.commands.some((inner) => isAbout(inner, nodes))
    : deed.items.some(({ target }) => nodes.some((node) => normalLocUri(node) === normalLocUri(target ?? '')))

/** CmdIDs of Windows begin at 2. */
const firstPackage = ({ tree, signedIn, syncType: kind, leaves }: SessionOptions): readonly SyncCommand[] => [
  { name: 'Alert', cmdId: '2', data: '1201', items: [] },
  {
    name: 'Alert',
    cmdId: '3',
    data: '1224',
    items: [item({ type: 'com.microsoft/MDM/LoginStatus', data: signedIn })],
  },
  ...(kind === undefined
    ? []
    : [
        {
          ...({ name: 'Alert', cmdId: '6', data: '1224' } as const),
          items: [item({ type: 'com.microsoft.mdm.synctype', data: kind })],
        },
      ]),
  ...(leaves
    ? [
        {
          name: 'Alert',
          cmdId: '4',
          data: '1226',
          items: [item({ type: 'com.microsoft:mdm.unenrollment.userrequest', format: 'int', data: '1' })],
        } as const,
      ]
    : []),
  {
    name: 'Replace',
    cmdId: leaves ? '5' : '4',
    items: Object.values(devInfo).map((source) => item({ source, data: tree.valueOf(source) })),
  },
]

const item = (told: Partial<SyncItem>): SyncItem => ({
  ...{ target: null, source: null, format: null, type: null, data: null, moreData: false },
  ...told,
})

const inPieces = ({ locUri, data }: Readonly<{ locUri: string; data: string }>, length: number): (readonly SyncItem[])[] => {
  const count = Math.max(1, Math.ceil(data.length / length))
  return Array.from({ length: count }, (_, index) => [
    item({ source: locUri, data: data.slice(index * length, (index + 1) * length), moreData: index < count - 1 }),
  ])
}

const status = (cmdId: string, msgRef: string, cmdRef: string, cmd: string, data: string): SyncStatus => ({
  ...{ name: 'Status', cmdId, msgRef, cmdRef, cmd, data, nonce: null },
})

const results = (cmdId: number, msgRef: string, cmdRef: string, items: readonly SyncItem[]): SyncCommand => ({
  ...{ name: 'Results', cmdId: String(cmdId), msgRef, cmdRef, items },
})

/** What Windows would stumble over. */
const checkAnswer = (
  { header, commands }: SyncMessage,
  mine: Readonly<{ sessionId: string; msgId: string; deviceId: string }>,
): void => {
  const statuses = commands.flatMap((command) => (command.name === 'Status' ? [command] : []))
  const ids = commands.map(({ cmdId }) => cmdId)
  if (header.sessionId !== mine.sessionId || header.target !== mine.deviceId)
    throw new DeviceFailure('bad-reply', 'The answer is for another session or device.')
  if (header.msgId !== mine.msgId || statuses.some(({ msgRef }) => msgRef !== mine.msgId))
    throw new DeviceFailure('bad-reply', 'The answer is for another message.')
  if (ids.some((id) => id === '')) throw new DeviceFailure('bad-reply', 'A command of an answer has no CmdID: it would be 400.')
  if (new Set(ids).size !== ids.length) throw new DeviceFailure('bad-reply', 'Two commands of an answer have one CmdID.')
}
