import type { Command } from 'commander'
import type { MusterClient } from '../client/muster-client.ts'
import { foreseeFiles, foreseenText } from './apply/foresee.ts'

/** `muster plan`, to which the program adds how to reach a server. */
export const planCommand = (program: Command): Command =>
  program
    .command('plan')
    .description('show what applying files would lead to on every host; change nothing')
    .requiredOption('-f, --file <path>', 'a file, or a folder of them')

/** Runs the command. The exit code is 1 when the files are wrong (`FilesError`), 2 when the server refuses. */
export const runPlan = async (
  client: MusterClient,
  options: Readonly<Record<string, unknown>>,
): Promise<readonly [object, string]> => {
  const foreseen = await foreseeFiles(client, { path: String(options['file']), environment: process.env })
  if (foreseen.refused.length > 0) process.exitCode = 2
  return [foreseen, foreseenText(foreseen)]
}
