import type { Command } from 'commander'
import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { UsageError } from './access.ts'
import { visible } from './visible.ts'

/** A command that destroys something asks first, unless it is told `--yes`. */
export const destroying = (command: Command): Command =>
  command.option('--yes', 'do not ask; needed where there is no terminal to ask at')

type Terminal = Readonly<{ stdin: Readable & Readonly<{ isTTY?: boolean }>; stderr: Writable }>

/**
 * Goes on when the person at the terminal says yes, or has said `--yes`. Throws `UsageError` when they say no, and where nobody can be asked.
 * `question` says what becomes of what, in a sentence with a question mark.
 */
export const mustBeMeant = async (
  question: string,
  options: Readonly<Record<string, unknown>>,
  { stdin, stderr }: Terminal = process,
): Promise<void> => {
  if (options['yes'] === true) return
  if (stdin.isTTY !== true) throw new UsageError(`${visible(question)} Nothing was done: nobody can be asked here; say --yes.`)
  const lines = createInterface({ input: stdin, output: stderr })
  try {
    if (/^\s*y(es)?\s*$/i.test(await lines.question(`${visible(question)} [y/N] `))) return
  } finally {
    lines.close()
  }
  throw new UsageError('Nothing was done.')
}

/** The same for what can be taken back by itself: scripts need not say that they mean it. */
export const mustBeMeantAtTerminal = async (question: string, options: Readonly<Record<string, unknown>>): Promise<void> => {
  if (process.stdin.isTTY) await mustBeMeant(question, options)
}
