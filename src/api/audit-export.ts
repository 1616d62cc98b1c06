import type { App } from '../app/app.ts'
import type { ExportWish } from '../domain/audit/events.ts'
import type { Position, Recorded } from '../kernel/event.ts'
import { chainedOf, firstLink, leafOf, linkAfter } from '../protocols/audit/chain.ts'
import type { ExportHeader, LineContent } from '../protocols/audit/export-lines.ts'
import { exportFormat, firstMark, markAfter, mostLeaves, unsignedMark, writeLine } from '../protocols/audit/export-lines.ts'
import { signExport } from '../protocols/audit/signing.ts'
import type { Choice } from './audit-choice.ts'
import type { AuditKey } from './audit-key.ts'

type Place = ExportHeader['start']

/** What is exported: up to and with the event at `end`. */
export type Exporting = Readonly<{
  wish: ExportWish
  choice: Choice
  end: Position
  key: AuditKey
  server: ExportHeader['server']
  by: string
}>

type Source = Pick<App, 'audit' | 'clock'>

/** How many events are read at a time. */
const pageSize = 200

/**
 * The lines of an export, in pieces of many; it never holds more than a page of the log. Throws `LogUnavailable`, `StoreUnavailable`: the export
 * then has no footer.
 */
export async function* exportedLines(source: Source, exporting: Exporting): AsyncGenerator<string> {
  const { wish, choice, key, server, by, end } = exporting
  const start = await startOf(source, choice, end)
  const writer = lineWriter()
  const now = source.clock().toISOString()
  const named = { fingerprint: key.fingerprint, publicKey: key.publicPem }
  yield writer.write({
    ...{ kind: 'header', format: exportFormat, server, key: named, filter: wish, start },
    ...{ exportedAt: now, exportedBy: by },
  })

  let place = start
  const leaves: string[] = []
  let [events, leftOut] = [0, 0]
  const leftOutLine = (): string => {
    if (leaves.length === 0) return ''
    const line = writer.write({ kind: 'left-out', number: place.number - leaves.length + 1, leaves: [...leaves] })
    leftOut += leaves.length
    leaves.length = 0
    return line
  }
  for await (const page of pagesOf(source, { start, choice, end })) {
    let text = ''
    for (const event of page) {
      const chained = chainedOf(event)
      const leaf = leafOf(chained)
      const isWanted = choice.wanted(event)
      if (isWanted || leaves.length === mostLeaves) text += leftOutLine()
      place = next(place, event, leaf)
      if (!isWanted) leaves.push(leaf)
      else {
        text += writer.write({ kind: 'event', number: place.number, position: event.position, event: { ...chained } as never })
        events++
      }
    }
    if (text !== '') yield text
  }
  yield leftOutLine()
  const unsigned = { kind: 'footer', events, leftOut, end: place, at: source.clock().toISOString(), signature: '' } as const
  yield writer.write({ ...unsigned, signature: signExport(unsignedMark(writer.mark(), unsigned), key.privateKey) })
}

const lineWriter = () => {
  let mark = firstMark
  return {
    mark: () => mark,
    write: (content: LineContent): string => {
      mark = markAfter(mark, content)
      return `${writeLine({ content, mark })}\n`
    },
  }
}

const next = ({ number, link }: Place, { position }: Recorded, leaf: string): Place => ({
  number: number + 1,
  position,
  link: linkAfter(link, leaf),
})

/** Where the chain stands just before the first event that is asked for: from the last place that was kept before it, and over the rest. */
const startOf = async (source: Source, choice: Choice, end: Position): Promise<Place> => {
  const { chain } = source.audit
  const { from } = choice
  const kept =
    from === null
      ? null
      : await ('time' in from ? chain.earlierThan(new Date(from.time).toISOString()) : chain.before(from.position))
  let place: Place =
    kept === null
      ? { number: 0, position: null, link: firstLink }
      : { number: kept.number, position: kept.position, link: kept.link }
  if (from === null) return place
  for await (const page of pagesOf(source, { start: place, choice, end }))
    for (const event of page) {
      if (choice.begins(event)) return place
      place = next(place, event, leafOf(chainedOf(event)))
    }
  return place
}

type Range = Readonly<{ start: Place; choice: Choice; end: Position }>

async function* pagesOf({ audit }: Source, { start, choice, end }: Range): AsyncGenerator<readonly Recorded[]> {
  for (let after = start.position; ;) {
    const page = await audit.stored.readAll({ after, limit: pageSize })
    const over = page.findIndex((event) => event.position > end || choice.ends(event))
    if (over !== 0 && page.length > 0) yield over === -1 ? page : page.slice(0, over)
    if (over !== -1 || page.length < pageSize) return
    after = page.at(-1)?.position ?? after
  }
}
