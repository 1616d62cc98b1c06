import type { SyncItem, SyncMessage, SyncStatus } from '../../protocols/windows/syncml/message.ts'
import { goesOn } from '../../protocols/windows/syncml/statuses-for.ts'

type Results = Extract<SyncMessage['commands'][number], Readonly<{ name: 'Results' }>>

/** All that a device said in one package; `broken`: the CmdIDs whose results did not come to their end. */
export type SaidInPackage = Readonly<{
  statuses: readonly SyncStatus[]
  results: readonly Results[]
  broken: ReadonlySet<string>
}>

/**
 * A package of a session as it comes, be it in several messages: the pieces of large objects are put together, and nothing is judged before the
 * last message of it, for Windows may send the status of a command before its result, and the result in pieces.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mdm/72c6ea01-121c-48f9-85da-a26bb12aad51
 */
export type SessionPackage = Readonly<{
  /** Takes a message in, and answers the results in it that are whole now. */
  take: (message: SyncMessage) => readonly Results[]
  /** What was said, once the package is at its end, and null before; it is told once. `aborted`: nothing more will come. */
  said: (message: SyncMessage, aborted?: boolean) => SaidInPackage | null
}>

/** An object in pieces, and all results of a package, are given up at this length, in characters. */
const longest = 5 * 1024 * 1024
const mostStatuses = 20_000

export const sessionPackage = (): SessionPackage => {
  /** By node; `text` null: it became too long. */
  const pieces = new Map<string, Readonly<{ cmdRef: string; text: string | null }>>()
  const broken = new Set<string>()
  let statuses: SyncStatus[] = []
  let results: Results[] = []
  let length = 0

  /** Items as they are once their pieces are put together; a piece itself is kept back. */
  const joined = ({ cmdRef, items }: Results): readonly SyncItem[] =>
    items.flatMap((item) => {
      const node = item.source ?? item.target ?? ''
      const before = pieces.get(node)
      pieces.delete(node)
      const text = before?.text === null ? null : `${before?.text ?? ''}${item.data ?? ''}`
      if (item.moreData) {
        pieces.set(node, { cmdRef, text: text !== null && text.length > longest ? null : text })
        return []
      }
      return text === null ? [] : [{ ...item, data: item.data === null && before === undefined ? null : text }]
    })

  return {
    take: (message) => {
      if (message.commands.some((command) => command.name === 'Alert' && command.data === '1225')) {
        for (const { cmdRef } of pieces.values()) broken.add(cmdRef)
        pieces.clear()
      }
      const whole: Results[] = []
      for (const command of message.commands) {
        if (command.name === 'Status' && statuses.length < mostStatuses) statuses.push(command)
        if (command.name === 'Results') whole.push({ ...command, items: joined(command) })
      }
      for (const result of whole) {
        length += result.items.reduce((sum, { data }) => sum + (data?.length ?? 0), 0)
        if (length <= longest && result.items.length > 0) results.push(result)
      }
      return whole
    },
    said: (message, aborted = false) => {
      if (goesOn(message) && !aborted) return null
      for (const { cmdRef } of pieces.values()) broken.add(cmdRef)
      const all = { statuses, results, broken: new Set(broken) }
      pieces.clear()
      broken.clear()
      statuses = []
      results = []
      length = 0
      return all
    },
  }
}
