import { faultOfValue } from '../../protocols/windows/syncml/formats.ts'
import { faultOfLocUri, nameOfSegment, normalLocUri } from '../../protocols/windows/syncml/loc-uris.ts'
import type { GroupCommand, NodeCommand, SyncItem } from '../../protocols/windows/syncml/message.ts'
import { isReadOnly } from '../../protocols/windows/syncml/read-only-nodes.ts'

/** What was done with a command, inner ones first named by their own CmdID, the whole last; `value` answers a Get. */
export type Done = Readonly<{ cmdId: string; cmd: string; code: string; value?: Readonly<{ locUri: string; data: string }> }>

/** The settings of a device: nodes with values. */
export type CspTree = Readonly<{
  /** Runs a command as Windows does, and tells what came of it and of all inside. */
  run: (command: NodeCommand | GroupCommand) => readonly Done[]
  /** The value of a node; null: it is not there. */
  valueOf: (locUri: string) => string | null
  /** Normal forms of all nodes that were set. */
  nodes: () => readonly string[]
  clear: () => void
}>

export type TreeOptions = Readonly<{
  /** Nodes that cannot be removed or set, with what they say of the device. */
  facts: Readonly<Record<string, string>>
  /** Codes that commands on a node are answered with instead, as tests wish. */
  failures: (locUri: string) => string | undefined
  /**
   * Whose nodes may be touched in this session. Those of a user only while the user who enrolled the device is signed in, and in a session for one side
   * only those of that side: anything else is answered with 405.
   * https://learn.microsoft.com/windows/client-management/mdm/configuration-service-provider-support
   * https://learn.microsoft.com/openspecs/windows_protocols/ms-mdm/83f89457-9f9d-442d-8bdb-e6a41cdb906b
   */
  reaches: () => Readonly<{ user: boolean; device: boolean }>
  /** Nodes whose commands are accepted now and done in a moment: answered with 202. */
  accepts?: readonly string[]
  /** How many bytes a value may have (MaxObjSize); absent: any number. */
  maxObject?: number
  /** What an Exec does; null: there is nothing to run at this node. */
  exec: (locUri: string) => string | null
}>

/**
 * A tree of settings that refuses what Windows refuses: LocURIs that name no node, values that do not fit their format, and in an Atomic a Get,
 * another Atomic, and a Replace of what it just added. https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support
 */
export const cspTree = ({ facts, failures, reaches, accepts = [], maxObject, exec }: TreeOptions): CspTree => {
  const fixed = new Map(Object.entries(facts).map(([locUri, value]) => [normalLocUri(locUri), value]))
  const accepted = new Set(accepts.map(normalLocUri))
  let values = new Map<string, string>()

  const runItem = (verb: NodeCommand['name'], { target, format, data }: SyncItem): Omit<Done, 'cmdId' | 'cmd'> => {
    const locUri = target ?? ''
    const node = normalLocUri(locUri)
    const wished = failures(locUri)
    const fault = faultOfLocUri(locUri, { reads: verb === 'Get' })
    if (fault !== null) return { code: fault.kind === 'malformed' ? '400' : '404' }
    const sets = verb === 'Add' || verb === 'Replace'
    if (sets && faultOfValue(format, data ?? '') !== null) return { code: '415' }
    if (sets && isReadOnly(locUri)) return { code: '405' }
    if (wished !== undefined) return { code: wished }
    if (!reaches()[node.startsWith('./user/') ? 'user' : 'device']) return { code: '405' }
    if (maxObject !== undefined && Buffer.byteLength(data ?? '') > maxObject) return { code: '413' }
    if (verb === 'Get') return read(node, locUri)
    if (verb === 'Exec') return { code: exec(locUri) ?? '404' }
    if (verb === 'Delete') return { code: remove(node) }
    if (verb === 'Add' && (values.has(node) || fixed.has(node))) return { code: '418' }
    if (fixed.has(node)) return { code: '405' }
    for (const whole of wholesAbove(node)) if (!values.has(whole)) values.set(whole, '')
    values.set(node, data ?? '')
    return { code: accepted.has(node) ? '202' : '200' }
  }

  const read = (node: string, locUri: string): Omit<Done, 'cmdId' | 'cmd'> => {
    const value = fixed.get(node) ?? values.get(node)
    if (value !== undefined) return { code: '200', value: { locUri, data: value } }
    const all = [...fixed.keys(), ...values.keys()]
    const children = all.flatMap((one) => (one.startsWith(`${node}/`) ? [one.slice(node.length + 1).split('/')[0] ?? ''] : []))
    if (children.length === 0) return { code: '404' }
    return { code: '200', value: { locUri, data: [...new Set(children)].map(nameOfSegment).map(encodeURIComponent).join('/') } }
  }

  const remove = (node: string): string => {
    const there = [...values.keys()].filter((one) => one === node || one.startsWith(`${node}/`))
    for (const one of there) values.delete(one)
    return there.length === 0 ? '404' : '200'
  }

  const runNode = ({ name, cmdId, items }: NodeCommand): readonly Done[] => {
    const all = items.map((item) => runItem(name, item))
    const bad = all.find(({ code }) => !code.startsWith('2'))
    return [{ cmdId, cmd: name, ...(bad ?? all[0] ?? { code: '412' }) }]
  }

  /**
   * All or nothing: what was done before a failure is taken back, what comes after it is not tried. No Get, no Atomic, and no Replace of what was added
   * in the same one. https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support
   */
  const runAtomic = ({ cmdId, commands }: GroupCommand): readonly Done[] => {
    const before = new Map(values)
    const inner: Done[] = []
    const added = new Set<string>()
    for (const command of commands) {
      const failed = inner.some(({ code }) => !code.startsWith('2'))
      const nodes = 'items' in command ? command.items.map(({ target }) => normalLocUri(target ?? '')) : []
      const replacesAdded = command.name === 'Replace' && nodes.some((node) => added.has(node))
      if (command.name === 'Add') nodes.forEach((node) => added.add(node))
      if (failed) inner.push({ cmdId: command.cmdId, cmd: command.name, code: '215' })
      else if ('commands' in command || command.name === 'Get' || replacesAdded)
        inner.push({ cmdId: command.cmdId, cmd: command.name, code: '500' })
      else inner.push(...runNode(command))
    }
    if (inner.every(({ code }) => code.startsWith('2'))) return [...inner, { cmdId, cmd: 'Atomic', code: '200' }]
    values = before
    const rolledBack = inner.map((done) => (done.code.startsWith('2') && done.code !== '215' ? { ...done, code: '216' } : done))
    return [...rolledBack, { cmdId, cmd: 'Atomic', code: '507' }]
  }

  const run = (command: NodeCommand | GroupCommand): readonly Done[] => {
    if ('items' in command) return runNode(command)
    if (command.name === 'Atomic') return runAtomic(command)
    return [...command.commands.flatMap(run), { cmdId: command.cmdId, cmd: command.name, code: '200' }]
  }

  return {
    run,
    valueOf: (locUri) => fixed.get(normalLocUri(locUri)) ?? values.get(normalLocUri(locUri)) ?? null,
    nodes: () => [...values.keys()].sort(),
    clear: () => {
      values = new Map()
    },
  }
}

/**
 * Windows makes the nodes above one that is set. That of a VPN stays when its properties are deleted one by one.
 * https://learn.microsoft.com/windows/client-management/mdm/vpnv2-csp
 */
const wholesAbove = (node: string): readonly string[] => {
  const whole = /^.*\/vendor\/msft\/vpnv2\/[^/]+(?=\/)/.exec(node)?.[0]
  return whole === undefined ? [] : [whole]
}
