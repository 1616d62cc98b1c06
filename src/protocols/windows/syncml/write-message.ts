import { cdataText, xmlText } from '../../xml/xml-text.ts'
import type { SyncCommand, SyncHeader, SyncItem, SyncMessage } from './message.ts'

/**
 * Prints a message: one line, the children in the order of the DTD, data as escaped text. `raw` stands behind the commands as it is: commands
 * that were printed before, each with its own CmdID.
 */
export const writeSyncMessage = ({ header, commands, final }: SyncMessage, raw: readonly string[] = []): Buffer =>
  Buffer.from(
    `<SyncML xmlns="SYNCML:SYNCML1.2">${headerXml(header)}<SyncBody>${commands.map(commandXml).join('')}${raw.join('')}` +
      `${final ? '<Final/>' : ''}</SyncBody></SyncML>`,
  )

/** One command as it stands in a message. */
export const commandXml = (command: SyncCommand): string => {
  switch (command.name) {
    case 'Status':
      return element(
        'Status',
        leaf('CmdID', command.cmdId),
        leaf('MsgRef', command.msgRef),
        leaf('CmdRef', command.cmdRef),
        leaf('Cmd', command.cmd),
        command.nonce === null ? '' : challenge(command.nonce),
        leaf('Data', command.data),
      )
    case 'Alert':
      return element('Alert', leaf('CmdID', command.cmdId), leaf('Data', command.data), ...command.items.map(itemXml))
    case 'Results':
      return element(
        'Results',
        leaf('CmdID', command.cmdId),
        leaf('MsgRef', command.msgRef),
        leaf('CmdRef', command.cmdRef),
        ...command.items.map(itemXml),
      )
    case 'Atomic':
    case 'Sequence':
      return element(command.name, leaf('CmdID', command.cmdId), ...command.commands.map(commandXml))
    case 'Other':
      return element(command.verb, leaf('CmdID', command.cmdId))
    case 'Add':
    case 'Replace':
    case 'Delete':
    case 'Get':
    case 'Exec':
      return element(command.name, leaf('CmdID', command.cmdId), ...command.items.map(itemXml))
  }
}

const headerXml = ({ sessionId, msgId, target, source, credential, maxMessage, maxObject }: SyncHeader): string =>
  element(
    'SyncHdr',
    leaf('VerDTD', '1.2'),
    leaf('VerProto', 'DM/1.2'),
    leaf('SessionID', sessionId),
    leaf('MsgID', msgId),
    located('Target', target),
    located('Source', source),
    credential === null ? '' : element('Cred', meta({ Format: 'b64', Type: credential.type }), leaf('Data', credential.data)),
    maxMessage === null && maxObject === undefined
      ? ''
      : meta({
          ...(maxMessage !== null && { MaxMsgSize: String(maxMessage) }),
          ...(maxObject !== undefined && { MaxObjSize: String(maxObject) }),
        }),
  )

const challenge = (nonce: Uint8Array): string =>
  element('Chal', meta({ Format: 'b64', Type: 'syncml:auth-md5', NextNonce: Buffer.from(nonce).toString('base64') }))

const itemXml = ({ target, source, format, type, data, moreData, cdata = false }: SyncItem): string =>
  element(
    'Item',
    target === null ? '' : located('Target', target),
    source === null ? '' : located('Source', source),
    format === null && type === null
      ? ''
      : meta({ ...(format !== null && { Format: format }), ...(type !== null && { Type: type }) }),
    data === null ? '' : cdata ? `<Data>${cdataText(data)}</Data>` : leaf('Data', data),
    moreData ? '<MoreData/>' : '',
  )

const meta = (values: Readonly<Record<string, string>>): string =>
  element('Meta', ...Object.entries(values).map(([name, value]) => `<${name} xmlns="syncml:metinf">${xmlText(value)}</${name}>`))

const located = (name: string, uri: string): string => element(name, leaf('LocURI', uri))

const leaf = (name: string, text: string): string => `<${name}>${xmlText(text)}</${name}>`

const element = (name: string, ...children: readonly string[]): string => `<${name}>${children.join('')}</${name}>`
