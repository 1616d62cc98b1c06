import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import type { MusterClient } from '../client/muster-client.ts'
import type { AccessOptions } from './access.ts'
import { clientFor } from './access.ts'
import { visibleLines } from './visible.ts'

/** What a command answers: for programs, and for people. */
export type Answer = readonly [object, string]

/** Asks a server what a command wants to know, by its options and arguments. */
export type Ask = (client: MusterClient, options: Readonly<Record<string, unknown>>, args: readonly string[]) => Promise<Answer>

/** For answers that were written already. */
export const nothingMore: Answer = [{}, '']

/** Prints lines; of what a terminal would obey, only their ends. */
export const say = (text: string): void => void process.stdout.write(`${visibleLines(text)}\n`)

/** A command that talks to a server: it gets a client, and `--json` prints what it answers instead of its table. */
export const asking = (command: Command, ask: Ask): Command =>
  command
    .option('--url <url>', 'the server (or MUSTER_URL)')
    .option('--token <token>', 'an API token (or MUSTER_TOKEN)')
    .option('--ca <file>', "the PEM of the server's authority (or MUSTER_CA)")
    .option('--json', 'print JSON')
    .action(async () => {
      const options: AccessOptions & Readonly<{ json?: boolean }> = command.opts()
      const client = await clientFor(options)
      try {
        const answered = await ask(client, command.opts(), command.args)
        const [answer, text] = answered
        if (answered !== nothingMore) say(options.json === true ? JSON.stringify(answer, null, 2) : text)
      } finally {
        client.close()
      }
    })

/** Reads a whole number that a person typed. */
export const number = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

/** Reads a share from 0 to 1 that a person typed. */
export const share = (text: string): number => {
  const part = Number(text)
  if (text.trim() === '' || !(part >= 0 && part <= 1)) throw new InvalidArgumentError('It must be a share from 0 to 1.')
  return part
}

/** The team that `--team` names; null: none. */
export const teamIn = (options: Readonly<Record<string, unknown>>): number | null =>
  typeof options['team'] === 'number' ? options['team'] : null

/** How a command names a host. */
export const hostArgument = ['<host>', 'id, UUID, serial number or name'] as const
