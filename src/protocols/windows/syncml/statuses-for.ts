import type { SyncCommand, SyncMessage, SyncStatus } from './message.ts'

/**
 * What a server says to everything in a message but statuses: the header first, then each command in its order, with CmdIDs from 1. Results get none,
 * unless they are pieces of something large. `header` is the status of the header: where it is
 * not 200 nothing was done, and nothing is said of the rest. `nonce` is what credentials are to be made with.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mdm/33769a92-ac31-47ef-ae7b-dc8501f7104f
 */
export const statusesFor = (message: SyncMessage, header: string, nonce: Uint8Array | null = null): readonly SyncStatus[] => {
  const { msgId } = message.header
  const told = [
    { cmdRef: '0', cmd: 'SyncHdr', data: header, nonce },
    ...(header === '200' ? message.commands : []).flatMap((command) => {
      const data = statusOf(command)
      return data === null ? [] : [{ cmdRef: command.cmdId, cmd: nameOf(command), data, nonce: null }]
    }),
  ]
  return told.map((status, index) => ({ name: 'Status', cmdId: String(index + 1), msgRef: msgId, ...status }))
}

/** True when something in it goes on with the next message. */
export const goesOn = ({ commands, final }: SyncMessage): boolean => !final || commands.some(isPiece)

/** Nothing is done in this server's name: reads are not answered, and what is not known is said to be so. */
const statusOf = (command: SyncCommand): string | null => {
  if (command.name === 'Status') return null
  if (isPiece(command)) return '213'
  if (command.name === 'Results') return null
  return command.name === 'Other' || command.name === 'Get' ? '406' : '200'
}

const nameOf = (command: SyncCommand): string => (command.name === 'Other' ? command.verb : command.name)

const isPiece = (command: SyncCommand): boolean => 'items' in command && command.items.some(({ moreData }) => moreData)
