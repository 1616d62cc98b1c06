import type { KeyObject } from 'node:crypto'
import { leafOf, linkAfter } from './chain.ts'
import { checkCheckpoint, isCheckpoint } from './check-checkpoint.ts'
import { diagnose } from './diagnose.ts'
import type { ExportFooter, ExportHeader, LineContent } from './export-lines.ts'
import { firstMark, markAfter, readLine, unsignedMark } from './export-lines.ts'
import type { Finding, Verdict } from './findings.ts'
import { finding } from './findings.ts'
import type { RecentLinks } from './recent-links.ts'
import { recentLinks } from './recent-links.ts'
import { auditKeyIn, isSignedExport, keyIdOf } from './signing.ts'
import { textLines } from './text-lines.ts'

/** How far a file was read and found good. */
type Progress = Readonly<{
  line: number
  mark: string
  /** The number of the last event, and the link after it. */
  number: number
  link: string
  events: number
  leftOut: number
  checkpoints: number
  /** The last event that a checkpoint vouches for. */
  vouched: number
  opened: Opened | null
  footer: ExportFooter | null
}>

type Opened = Readonly<{ header: ExportHeader; key: KeyObject; recent: RecentLinks }>

const beginning: Progress = {
  ...{ line: 0, mark: firstMark, number: 0, link: '', events: 0, leftOut: 0, checkpoints: 0, vouched: 0 },
  ...{ opened: null, footer: null },
}

/**
 * Verifies an export by itself, in one pass and constant memory. `pinned` is the fingerprint of the key that it must be signed with; null: the
 * one that the file names, which tells only that the file is whole. Answers the first thing that is wrong.
 */
export const verifyExport = async (chunks: AsyncIterable<Uint8Array>, pinned: string | null): Promise<Verdict> => {
  const lines = textLines(chunks)
  let now = beginning
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    const [found, line] = [next.value, now.line + 1]
    if (now.footer !== null) return finding('inserted', { line }, `Line ${String(line)} was inserted: the export ends before it.`)
    const read = found.text === null ? null : readLine(found.text)
    if (line === 1 && read === null && found.text?.includes('"kind":"header"') !== true)
      return finding('no-export', { line }, 'The file is no export of an audit log: its first line is no header.')
    if (read === null || !found.ended || markAfter(now.mark, read.content) !== read.mark)
      return diagnose({ found, line, mark: now.mark, number: now.number + 1 }, lines)
    const gone = step({ ...now, line, mark: read.mark }, read.content, { before: now.mark, pinned })
    if ('valid' in gone) return gone
    now = gone
  }
  return verdictOf(now, pinned)
}

type Context = Readonly<{ before: string; pinned: string | null }>

const step = (now: Progress, content: LineContent, context: Context): Progress | Finding => {
  if (now.opened === null)
    return content.kind === 'header'
      ? open(now, content, context)
      : finding('removed', { line: now.line }, 'The first line, which says what this is an export of, was removed.')
  switch (content.kind) {
    case 'header':
      return finding('inserted', { line: now.line }, `Line ${String(now.line)} was inserted: it is a second header.`)
    case 'event':
      return misnumbered(now, content.number) ?? takeEvent(now, now.opened, content)
    case 'left-out':
      return (
        misnumbered(now, content.number) ??
        content.leaves.reduce<Progress>(chained, { ...now, leftOut: now.leftOut + content.leaves.length })
      )
    case 'footer':
      return close(now, now.opened, { footer: content, before: context.before })
  }
}

const open = (now: Progress, header: ExportHeader, { pinned }: Context): Progress | Finding => {
  const { line } = now
  const key = auditKeyIn(header.key.publicKey)
  if (key === null || keyIdOf(key) !== header.key.fingerprint)
    return finding('wrong-key', { line }, 'The key in the header is no Ed25519 key with the fingerprint that the header names.')
  if (pinned !== null && pinned !== header.key.fingerprint)
    return finding('wrong-key', { line }, `The export is signed with the key ${header.key.fingerprint}, not with ${pinned}.`)
  const { number, link } = header.start
  return { ...now, number, link, vouched: number, opened: { header, key, recent: recentLinks({ number, link }) } }
}

/** Only who wrote the marks anew can make numbers that do not follow. */
const misnumbered = ({ line, number: last }: Progress, told: number): Finding | null => {
  if (told === last + 1) return null
  return told > last
    ? finding('removed', { line, number: last + 1 }, `Before line ${String(line)}, event ${String(last + 1)} is missing.`)
    : finding('inserted', { line, number: told }, `Line ${String(line)} was inserted: event ${String(told)} was there before.`)
}

const chained = (now: Progress, leaf: string): Progress => {
  const place = { number: now.number + 1, link: linkAfter(now.link, leaf) }
  now.opened?.recent.add(place)
  return { ...now, ...place }
}

const takeEvent = (
  now: Progress,
  { key, recent }: Opened,
  content: Extract<LineContent, { kind: 'event' }>,
): Progress | Finding => {
  const { event, number, position } = content
  const next = { ...chained(now, leafOf(event)), events: now.events + 1 }
  if (!isCheckpoint(event)) return next
  const { stream, revision, eventId } = event
  const place = { line: now.line, number, position, stream, revision, eventId }
  const checked = checkCheckpoint(event.data, { key, recent, vouched: now.vouched, place })
  return 'valid' in checked
    ? checked
    : { ...next, checkpoints: now.checkpoints + 1, vouched: Math.max(now.vouched, checked.count) }
}

type Closing = Readonly<{ footer: ExportFooter; before: string }>

const close = (now: Progress, { key }: Opened, { footer, before }: Closing): Progress | Finding => {
  const { line, number, link, events, leftOut } = now
  if (footer.end.number > number || footer.events + footer.leftOut > events + leftOut)
    return finding('removed', { line, number: number + 1 }, `Before the footer, event ${String(number + 1)} is missing.`)
  if (footer.end.number < number || footer.events !== events || footer.leftOut !== leftOut)
    return finding('inserted', { line, number }, 'The export holds more events than its footer counts.')
  if (!isSignedExport(unsignedMark(before, footer), footer.signature, key))
    return finding('wrong-signature', { line }, 'The signature of the footer is not of this key and this file.')
  if (footer.end.link !== link)
    return finding(
      'wrong-link',
      { line, number: now.vouched + 1 },
      `The events from ${String(now.vouched + 1)} on do not lead to the link that the footer is signed for.`,
    )
  return { ...now, footer }
}

const verdictOf = (now: Progress, pinned: string | null): Verdict => {
  const { opened, footer, line, number } = now
  if (opened === null || footer === null)
    return finding(
      'truncated',
      { line: line + 1, number: opened === null ? null : number + 1 },
      line === 0 ? 'The file is empty.' : `The file ends after line ${String(line)}, without a footer.`,
    )
  const { header } = opened
  return {
    ...{ valid: true, events: now.events, leftOut: now.leftOut, checkpoints: now.checkpoints },
    ...{ first: header.start.number + 1, last: number, link: now.link },
    ...{ key: header.key.fingerprint, pinned: pinned !== null, exportedAt: header.exportedAt },
    filtered: Object.values(header.filter).some((choice) => choice !== null),
  }
}
