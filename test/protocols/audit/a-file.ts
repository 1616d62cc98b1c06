import { generateKeyPairSync } from 'node:crypto'
import type { ChainedEvent } from '../../../src/protocols/audit/chain.ts'
import { firstLink, leafOf, linkAfter } from '../../../src/protocols/audit/chain.ts'
import type { ExportHeader, LineContent } from '../../../src/protocols/audit/export-lines.ts'
import {
  exportFormat,
  firstMark,
  markAfter,
  readLine,
  unsignedMark,
  writeLine,
} from '../../../src/protocols/audit/export-lines.ts'
import type { Verdict } from '../../../src/protocols/audit/findings.ts'
import { checkpointType, keyIdOf, signCheckpoint, signExport } from '../../../src/protocols/audit/signing.ts'
import { verifyExport } from '../../../src/protocols/audit/verify.ts'

export const keyPair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return { privateKey, fingerprint: keyIdOf(publicKey), publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString() }
}

export type Key = ReturnType<typeof keyPair>

const metadata = { actor: { kind: 'admin', id: 'ada' }, at: '2026-03-01T12:00:00.000Z', hostIds: ['1'] }

export const anEvent = (
  revision: number,
  data: object = { text: `Ünïcode \ufffd \u2028 ${String(revision)}` },
): ChainedEvent => ({
  ...{ stream: 'host-1', revision, eventId: `event-${String(revision)}`, type: 'HostDescribed', metadata, data },
})

const positionOf = (number: number): string => String(number).padStart(20, '0')

/** `left`: the numbers of the events that the filter left out. `forged`: changes an event after it was chained. */
export type FileWish = Readonly<{
  events: readonly ChainedEvent[]
  key: Key
  left?: readonly number[]
  header?: Partial<ExportHeader>
  forged?: (event: ChainedEvent, number: number) => ChainedEvent
}>

/** After each fifth event stands a checkpoint over all before. */
export const withCheckpoints = (events: readonly ChainedEvent[], key: Key): readonly ChainedEvent[] => {
  const all: ChainedEvent[] = []
  let link = firstLink
  const add = (event: ChainedEvent): void => {
    all.push(event)
    link = linkAfter(link, leafOf(event))
  }
  for (const [index, event] of events.entries()) {
    add(event)
    if (index % 5 !== 4) continue
    const said = {
      ...{ position: positionOf(all.length), count: all.length, link },
      ...{ at: '2026-03-01T12:00:00.000Z', keyId: key.fingerprint },
    }
    const data = { ...said, signature: signCheckpoint(said, key.privateKey) }
    add({ ...anEvent(all.length, data), stream: 'audit-main', type: checkpointType })
  }
  return all
}

/** An export as the server writes it. */
export const fileOf = ({ events, key, left = [], header = {}, forged = (event) => event }: FileWish): string => {
  const filter = { from: null, to: null, host: null, actor: null, type: null, category: null }
  const first: LineContent = {
    ...{ kind: 'header', format: exportFormat, server: { name: 'Example', url: 'https://mdm.example.com' } },
    ...{ key: { fingerprint: key.fingerprint, publicKey: key.publicPem }, filter },
    ...{ start: { number: 0, position: null, link: firstLink } },
    ...{ exportedAt: '2026-03-01T12:00:00.000Z', exportedBy: 'ada', ...header },
  }
  const contents: LineContent[] = [first]
  let link = firstLink
  for (const [index, event] of events.entries()) {
    const number = index + 1
    link = linkAfter(link, leafOf(event))
    contents.push(
      left.includes(number)
        ? { kind: 'left-out', number, leaves: [leafOf(event)] }
        : { kind: 'event', number, position: positionOf(number), event: { ...forged(event, number) } as never },
    )
  }
  const counts = { events: events.length - left.length, leftOut: left.length }
  const end = { number: events.length, position: positionOf(events.length), link }
  contents.push({ kind: 'footer', ...counts, end, at: '2026-03-01T12:00:00.000Z', signature: '' })
  return sealed(contents, key)
}

/** The contents as lines, with marks and a signature that fit them. */
export const sealed = (contents: readonly LineContent[], key: Key): string => {
  let mark = firstMark
  return contents
    .map((content) => {
      const line =
        content.kind === 'footer' ? { ...content, signature: signExport(unsignedMark(mark, content), key.privateKey) } : content
      mark = markAfter(mark, line)
      return `${writeLine({ content: line, mark })}\n`
    })
    .join('')
}

/** The contents of a file's lines. */
export const contentsOf = (file: string): readonly LineContent[] =>
  linesOf(file).map((line) => {
    const read = readLine(line.slice(0, -1))
    if (read === null) throw new Error(`This is no line: ${line}`)
    return read.content
  })

export const linesOf = (file: string): readonly string[] => file.split(/(?<=\n)/)

/** In pieces of an odd size, so that lines and characters are cut anywhere. */
export const verified = async (file: string | Uint8Array, pinned: string | null = null): Promise<Verdict> =>
  verifyExport(pieces(Buffer.from(file)), pinned)

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += 37) yield bytes.subarray(from, from + 37)
}
