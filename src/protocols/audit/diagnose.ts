import type { ExportLine, LineContent } from './export-lines.ts'
import { markAfter, readLine } from './export-lines.ts'
import type { Finding, Problem } from './findings.ts'
import { finding } from './findings.ts'
import type { TextLine } from './text-lines.ts'

/** The first line that does not follow from those before it. `mark` is the last good one, `number` the event that should come. */
export type Break = Readonly<{ found: TextLine; line: number; mark: string; number: number }>

/**
 * Says what was done to a file at the first line that does not fit: the lines after it tell. If the line that belongs here comes later, others
 * were put before it, or the order was changed; if it does not come, it was altered or taken away.
 */
export const diagnose = async ({ found, line, mark, number }: Break, rest: AsyncIterable<TextLine>): Promise<Finding> => {
  const here = found.text === null ? null : readLine(found.text)
  const later = await lookThrough(rest, { mark, here })
  if (!found.ended && (here === null || markAfter(mark, here.content) === here.mark))
    return finding('truncated', { line, number }, `The file ends within line ${String(line)}.`)
  const problem = problemOf({ here, later, line, mark, number })
  const where = placeOf(problem, { here, line, number })
  return finding(problem, where, sentenceOf(problem, where))
}

type Later = Readonly<{
  /** The line that belongs here comes. */
  successor: boolean
  /** The line that stands here belongs after one that comes. */
  belongs: boolean
  /** It stands there, too. */
  again: boolean
}>

const lookThrough = async (
  rest: AsyncIterable<TextLine>,
  { mark, here }: Readonly<{ mark: string; here: ExportLine | null }>,
): Promise<Later> => {
  let [successor, belongs, again] = [false, false, false]
  for await (const { text } of rest) {
    const line = text === null ? null : readLine(text)
    if (line === null) continue
    successor ||= markAfter(mark, line.content) === line.mark
    if (here === null) continue
    belongs ||= markAfter(line.mark, here.content) === here.mark
    again ||= line.mark === here.mark
  }
  return { successor, belongs, again }
}

type Seen = Readonly<{ here: ExportLine | null; later: Later; line: number; mark: string; number: number }>

const problemOf = ({ here, later, line, mark, number }: Seen): Problem => {
  if (later.successor) return later.belongs && !later.again ? 'reordered' : 'inserted'
  if (here === null) return 'altered'
  if (line === 1 && here.content.kind !== 'header') return 'removed'
  const told = numberIn(here.content)
  const renumbered = 'number' in here.content ? { ...here.content, number } : here.content
  if (markAfter(mark, renumbered) === here.mark) return 'altered'
  return told !== null && told > number ? 'removed' : 'altered'
}

/** The number of the first event that a line holds; of a footer, the one after the last of all; null for a header. */
const numberIn = (content: LineContent): number | null => {
  if (content.kind === 'header') return null
  return content.kind === 'footer' ? content.end.number + 1 : content.number
}

type Standing = Readonly<{ here: ExportLine | null; line: number; number: number }>

const placeOf = (problem: Problem, { here, line, number }: Standing) => {
  if (line === 1) return { line }
  if (problem === 'removed' || here?.content.kind !== 'event') return { line, number }
  const { position, event } = here.content
  const { stream, revision, eventId } = event
  return { line, number: here.content.number, position, stream, revision, eventId }
}

const sentenceOf = (problem: Problem, where: ReturnType<typeof placeOf>): string => {
  const line = `line ${String(where.line)}`
  const event = 'stream' in where ? `event ${String(where.number)} (${where.stream}, revision ${String(where.revision)})` : null
  const about = event === null ? `Line ${String(where.line)}` : `On ${line}, ${event}`
  if (problem === 'removed')
    return 'number' in where
      ? `Before ${line}, lines were removed: event ${String(where.number)} is the first that is missing.`
      : 'The first line, which says what this is an export of, was removed.'
  if (problem === 'inserted') return `${about} was inserted.`
  return problem === 'reordered' ? `${about} stands in another place than it was written to.` : `${about} was altered.`
}
