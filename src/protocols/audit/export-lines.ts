import { z } from 'zod'
import { canonical } from './canonical.ts'
import type { ChainedEvent } from './chain.ts'
import { sha256 } from './chain.ts'

/** The version of the format; it changes when an older reader would misunderstand. */
export const exportFormat = 'muster-audit-1'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.number().int().min(0)
const place = z.strictObject({ number: count, position: z.string().nullable(), link: hash })
const choice = z.string().nullable()
/** Taken as it is: a copy might lack what only looks odd, and then have another hash. */
const whole = z.custom<object>((value) => typeof value === 'object' && value !== null)

/** What was asked for; null: everything. `from` and `to` are a time or a position. */
const filter = z.strictObject({ from: choice, to: choice, host: choice, actor: choice, type: choice, category: choice })

const event = z.strictObject({
  stream: z.string(),
  revision: count,
  eventId: z.string(),
  type: z.string(),
  metadata: whole,
  data: whole,
}) satisfies z.ZodType<ChainedEvent>

const header = z.strictObject({
  kind: z.literal('header'),
  format: z.literal(exportFormat),
  server: z.strictObject({ name: z.string(), url: z.string() }),
  key: z.strictObject({ fingerprint: hash, publicKey: z.string() }),
  filter,
  /** Where the chain stood before the first line. */
  start: place,
  exportedAt: z.string(),
  exportedBy: z.string(),
})

/** An event in full, the `number`th of the log, counted from 1. */
const full = z.strictObject({ kind: z.literal('event'), number: count, position: z.string(), event })

/** Events that the filter left out, by their hashes: the chain goes on through them. `number` is the first one's. */
const left = z.strictObject({ kind: z.literal('left-out'), number: count, leaves: z.array(hash).min(1) })

/** `events` and `leftOut`: how many there were of each; `end`: where the chain stood after the last. */
const footer = z.strictObject({
  kind: z.literal('footer'),
  events: count,
  leftOut: count,
  end: place,
  at: z.string(),
  signature: z.string(),
})

const content = z.discriminatedUnion('kind', [header, full, left, footer])

export type ExportFilter = z.infer<typeof filter>
export type ExportHeader = Readonly<z.infer<typeof header>>
export type ExportFooter = Readonly<z.infer<typeof footer>>
export type LineContent = Readonly<z.infer<typeof content>>

/** A line of an export: its content, and a mark that stands for it and all lines before it. */
export type ExportLine = Readonly<{ content: LineContent; mark: string }>

/** How many left-out events one line names at most. */
export const mostLeaves = 200

/** The mark before the first line. */
export const firstMark = sha256('muster audit file 1\n')

/** The mark of a line after the line with the mark `before`. */
export const markAfter = (before: string, line: LineContent): string => sha256(before, '\n', canonical(line))

/** What is signed of a footer: its mark, as if it had no signature. */
export const unsignedMark = (before: string, { signature: _, ...line }: ExportFooter): string =>
  sha256(before, '\n', canonical(line))

/** A line as it stands in the file, without its end. */
export const writeLine = ({ content: line, mark }: ExportLine): string => canonical({ ...line, mark })

/** Reads a line. Null when it is no line of this format, or says so in other bytes than `writeLine` would: each line has one spelling. */
export const readLine = (text: string): ExportLine | null => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || canonical(value) !== text) return null
    const { mark, ...rest } = value as Readonly<Record<string, unknown>>
    const read = content.safeParse(rest)
    return read.success && typeof mark === 'string' ? { content: read.data, mark } : null
  } catch {
    return null
  }
}
