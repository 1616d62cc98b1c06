import { createHash } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'

export const backupFormat = 'muster-backup-1'

/** The lines of a backup: JSON, one object a line, packed by gzip as a whole. */
export type BackupLine =
  | Readonly<{ kind: 'header'; format: string; muster: string; takenAt: string; log: 'here' | 'elsewhere' }>
  | Readonly<{ kind: 'table'; name: string; columns: readonly string[] }>
  | Readonly<{ kind: 'rows'; rows: readonly (readonly (string | null)[])[] }>
  /** A package, and then its bytes in pieces. */
  | Readonly<{ kind: 'package'; sha256: string; size: number }>
  | Readonly<{ kind: 'bytes'; base64: string }>
  /** `digest`: SHA-256 (hex) over all lines before, with their line feeds. Without a footer a backup is not whole. */
  | Readonly<{ kind: 'footer'; lines: number; digest: string }>

/** Writes lines, and at last the footer that vouches for them. */
export const backupWriter = () => {
  const hash = createHash('sha256')
  let lines = 0
  const written = (line: BackupLine): string => `${JSON.stringify(line)}\n`
  return {
    line: (line: BackupLine): string => {
      const text = written(line)
      hash.update(text)
      lines++
      return text
    },
    footer: (): string => written({ kind: 'footer', lines, digest: hash.digest('hex') }),
  }
}

/** A line may hold fifty rows with an event of 1 MiB each, escaped once more. */
const longestLine = 256 * 1024 * 1024

/**
 * The lines of a backup as they come (text, unpacked), the footer left out. Throws `ParseError` for what is no backup, for one of another format,
 * and at its end for one that is not whole.
 */
export async function* readBackup(chunks: AsyncIterable<string>): AsyncGenerator<BackupLine> {
  const hash = createHash('sha256')
  let [lines, whole] = [0, false]
  for await (const text of linesOf(chunks)) {
    if (whole) throw new ParseError('backup', 'The backup goes on behind its end.')
    const line = parsed(text, lines + 1)
    if (lines === 0) mustBeHeader(line)
    if (line.kind === 'footer') {
      if (line.lines !== lines || line.digest !== hash.digest('hex'))
        throw new ParseError('backup', 'The backup was changed or damaged: its lines are not those that its end vouches for.')
      whole = true
      continue
    }
    hash.update(`${text}\n`)
    lines++
    yield line
  }
  if (!whole) throw new ParseError('backup', 'The backup is not whole: its end is missing.')
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of chunks) {
    rest += chunk
    if (rest.length > longestLine) throw new ParseError('backup', 'A line of the backup is longer than any that Muster writes.')
    if (!chunk.includes('\n')) continue
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

const kinds = new Set(['header', 'table', 'rows', 'package', 'bytes', 'footer'])

const parsed = (text: string, number: number): BackupLine => {
  try {
    const line = JSON.parse(text) as BackupLine
    if (kinds.has(line.kind)) return line
  } catch {
    // Told below.
  }
  throw new ParseError('backup', `Line ${String(number)} of the file is none of a backup.`)
}

const mustBeHeader = (line: BackupLine): void => {
  if (line.kind !== 'header') throw new ParseError('backup', 'The file is no backup: it does not begin like one.')
  if (line.format !== backupFormat)
    throw new ParseError('backup', `The backup is of the format ${line.format}; this version of Muster reads ${backupFormat}.`)
}
