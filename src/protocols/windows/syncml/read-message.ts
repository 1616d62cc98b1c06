import { ParseError } from '../../../kernel/parse-error.ts'
import type { XmlElement } from '../../xml/read-xml.ts'
import { childOf, childrenOf, readXml, textAt } from '../../xml/read-xml.ts'
import type { GroupCommand, NodeCommand, SyncCommand, SyncHeader, SyncItem, SyncMessage, Verb } from './message.ts'

/** Far more than a device sends; large objects come in pieces. */
export const maxMessageBytes = 1024 * 1024

const limits = { field: 'message', maxBytes: maxMessageBytes, maxDepth: 40, maxElements: 20_000 }
const longestUri = 2048
const longestId = 64

/**
 * Reads a message of a device. Throws `ParseError` naming the element at fault.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mdm/33769a92-ac31-47ef-ae7b-dc8501f7104f
 */
export const readSyncMessage = (bytes: Uint8Array): SyncMessage => {
  const root = rootOf(bytes)
  const body = childOf(root, 'SyncBody') ?? refuse('SyncBody', 'The message has no SyncBody.')
  return {
    header: headerOf(childOf(root, 'SyncHdr') ?? refuse('SyncHdr', 'The message has no SyncHdr.')),
    commands: body.children.filter(({ name }) => name !== 'Final').map(commandOf),
    final: childOf(body, 'Final') !== undefined,
  }
}

/** A header ends within so many bytes. */
const longestHeader = 16 * 1024

/**
 * Reads the header of a message alone: who sends it, before all else of it is read. Throws `ParseError` naming the element at fault.
 */
export const readSyncHeader = (bytes: Uint8Array): SyncHeader => {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, longestHeader)).toString('latin1')
  const root = /<((?:[\w.-]{1,20}:)?SyncML)[\s>]/.exec(start)?.[1]
  const end = /<\/(?:[\w.-]{1,20}:)?SyncHdr\s*>/.exec(start)
  if (root === undefined || end === null) {
    if (bytes.length > longestHeader) refuse('SyncHdr', `The header does not end within ${String(longestHeader)} bytes.`)
    return readSyncMessage(bytes).header
  }
  const head = Buffer.concat([bytes.subarray(0, end.index + end[0].length), Buffer.from(`</${root}>`)])
  return headerOf(childOf(rootOf(head), 'SyncHdr') ?? refuse('SyncHdr', 'The message has no SyncHdr.'))
}

const rootOf = (bytes: Uint8Array): XmlElement => {
  const root = readXml(bytes, limits)
  if (root.name !== 'SyncML' || root.namespace !== 'SYNCML:SYNCML1.2')
    refuse('SyncML', 'The message is no SyncML element of the namespace SYNCML:SYNCML1.2.')
  return root
}

/** Reads what may stand in the body of a message, by itself. Throws `ParseError`. */
export const readSyncBody = (commands: string): readonly SyncCommand[] =>
  readSyncMessage(Buffer.from(`${around[0]}${commands}${around[1]}`)).commands

const around = [
  '<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>1</MsgID>' +
    '<Target><LocURI>t</LocURI></Target><Source><LocURI>s</LocURI></Source></SyncHdr><SyncBody>',
  '</SyncBody></SyncML>',
] as const

const headerOf = (header: XmlElement): SyncHeader => {
  if (textAt(header, 'VerDTD') !== '1.2') refuse('VerDTD', 'VerDTD is not 1.2.')
  if (textAt(header, 'VerProto') !== 'DM/1.2') refuse('VerProto', 'VerProto is not DM/1.2.')
  const msgId = idIn(header, 'MsgID')
  if (!/^\d{1,9}$/.test(msgId)) refuse('MsgID', 'MsgID is no number.')
  const credential = childOf(header, 'Cred')
  const maxObject = sizeIn(textAt(header, 'Meta', 'MaxObjSize'))
  return {
    sessionId: idIn(header, 'SessionID'),
    msgId,
    target: uriIn(header, 'Target') ?? refuse('Target', 'The header names no Target.'),
    source: uriIn(header, 'Source') ?? refuse('Source', 'The header names no Source.'),
    credential:
      credential === undefined
        ? null
        : { type: textAt(credential, 'Meta', 'Type') ?? '', data: (textAt(credential, 'Data') ?? '').slice(0, 1024) },
    maxMessage: sizeIn(textAt(header, 'Meta', 'MaxMsgSize')),
    ...(maxObject !== null && { maxObject }),
  }
}

/** What is no number says nothing. */
const sizeIn = (text: string | null): number | null => (text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null)

const commandOf = (element: XmlElement): SyncCommand => {
  const cmdId = (textAt(element, 'CmdID') ?? '').slice(0, longestId)
  switch (element.name) {
    case 'Add':
    case 'Replace':
    case 'Delete':
    case 'Get':
    case 'Exec':
    case 'Atomic':
    case 'Sequence':
      return deedOf(element)
    case 'Alert':
      return { name: 'Alert', cmdId, data: textAt(element, 'Data') ?? '', items: itemsOf(element) }
    case 'Status': {
      const nonce = textAt(element, 'Chal', 'Meta', 'NextNonce')
      return {
        ...{ name: 'Status', cmdId, msgRef: refIn(element, 'MsgRef'), cmdRef: refIn(element, 'CmdRef') },
        ...{ cmd: (textAt(element, 'Cmd') ?? '').slice(0, longestId), data: (textAt(element, 'Data') ?? '').slice(0, 16) },
        nonce: nonce === null ? null : Buffer.from(nonce, 'base64'),
      }
    }
    case 'Results':
      return {
        ...{ name: 'Results', cmdId, msgRef: refIn(element, 'MsgRef'), cmdRef: refIn(element, 'CmdRef') },
        items: itemsOf(element),
      }
    default:
      return { name: 'Other', cmdId, verb: element.name.slice(0, longestId) }
  }
}

const verbs: ReadonlySet<string> = new Set<Verb>(['Add', 'Replace', 'Delete', 'Get', 'Exec'])

const deedOf = (element: XmlElement): NodeCommand | GroupCommand => {
  const cmdId = (textAt(element, 'CmdID') ?? '').slice(0, longestId)
  if (element.name === 'Atomic' || element.name === 'Sequence') {
    const inner = element.children.filter(({ name }) => verbs.has(name) || name === 'Atomic' || name === 'Sequence')
    return { name: element.name, cmdId, commands: inner.map(deedOf) }
  }
  return { name: element.name as Verb, cmdId, items: itemsOf(element) }
}

/** Format and type may stand at the command, for all of its items. */
const itemsOf = (element: XmlElement): readonly SyncItem[] => {
  const meta = childOf(element, 'Meta')
  return childrenOf(element, 'Item').map((item) => {
    const own = childOf(item, 'Meta')
    const data = childOf(item, 'Data')
    return {
      target: uriIn(item, 'Target'),
      source: uriIn(item, 'Source'),
      format: textAt(own, 'Format') ?? textAt(meta, 'Format'),
      // The sample of the SyncType alert has the type beside an empty Meta (MS-MDM 3.2.5.1.5).
      type: textAt(own, 'Type') ?? textAt(meta, 'Type') ?? textAt(item, 'Type'),
      data: data === undefined ? null : data.children.length > 0 ? data.inner.trim() : data.text,
      moreData: childOf(item, 'MoreData') !== undefined,
      ...(data?.cdata === true && data.children.length === 0 && { cdata: true }),
    }
  })
}

const idIn = (element: XmlElement, name: string): string => {
  const id = textAt(element, name)
  return id === null || id === '' || id.length > longestId
    ? refuse(name, `${name} is missing, empty or longer than ${String(longestId)} characters.`)
    : id
}

const refIn = (element: XmlElement, name: string): string => (textAt(element, name) ?? '').slice(0, longestId)

const uriIn = (element: XmlElement, name: string): string | null => {
  const uri = textAt(element, name, 'LocURI')
  if (uri !== null && uri.length > longestUri) refuse('LocURI', `A LocURI has at most ${String(longestUri)} characters.`)
  return uri
}

const refuse = (field: string, reason: string): never => {
  throw new ParseError(field, reason)
}
