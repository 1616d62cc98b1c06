import type { Command } from 'commander'
import { ApiError } from '../client/api-error.ts'
import type { Undo } from '../client/history-json.ts'
import type { MusterClient } from '../client/muster-client.ts'
import { mustBeMeantAtTerminal } from './confirming.ts'
import { planText } from './plan-text.ts'

/** `muster undo`, to which the program adds how to reach a server. */
export const undoCommand = (program: Command): Command =>
  program
    .command('undo')
    .description('undo a change set by another one')
    .argument('<change set>', 'its id; see `muster changes`')
    .option('--force', 'although others changed the same since', false)
    .option('--plan', 'show what it would lead to; change nothing', false)

/** Runs the command. The exit code is 2 when the server refuses, 3 when something of it cannot be undone. */
export const runUndo = async (
  client: MusterClient,
  options: Readonly<Record<string, unknown>>,
  [id = '']: readonly string[],
): Promise<readonly [object, string]> => {
  const plan = options['plan'] === true
  if (!plan) await mustBeMeantAtTerminal(`Undo the change set ${id}?`, options)
  try {
    const answer = await client.changeSets.undo(id, { force: options['force'] === true, plan })
    if (answer.cannot.length > 0) process.exitCode = 3
    return [answer, linesOf(answer).join('\n')]
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error
    process.exitCode = 2
    const reasons = error.errors.map(({ reason }) => `! ${reason}`)
    const hint = error.errors.some(({ name }) => name === 'force') ? ['Nothing was undone; --force undoes it all the same.'] : []
    return [{ refused: error.errors }, ['The server refuses:', ...reasons, ...hint].join('\n')]
  }
}

const words: Readonly<Record<string, string>> = {
  'restore-team': 'team brought back',
  'rename-team': 'team named as before',
  'delete-team': 'team deleted',
  'restore-label': 'label brought back',
  'edit-label': 'label defined as before',
  'list-hosts': 'label has the hosts of before',
  'delete-label': 'label deleted',
  'delete-profile': 'profile deleted',
  'edit-profile': 'profile made what it was',
  'upload-profile': 'profile uploaded again',
  'move-hosts': 'hosts moved',
  'cancel-command': 'command taken back',
}

const linesOf = ({ change_set, undone, cannot, skipped, transfers, plan }: Undo): readonly string[] => [
  ...undone.map(
    ({ deed, id, name, hosts }) =>
      `${words[deed] ?? deed}: ${name ?? id}${hosts === undefined ? '' : ` (${String(hosts)} hosts)`}`,
  ),
  ...skipped.map(({ reason }) => `  ${reason}`),
  ...cannot.map(({ event, name, id, reason }) => `! ${event} ${name ?? id}: ${reason}`),
  ...(plan === undefined
    ? [
        change_set === null ? 'Nothing could be undone.' : `Undone by the change set ${change_set}.`,
        ...(change_set === null || transfers.length === 0
          ? []
          : [`Hosts are still being moved back; \`muster changes ${change_set}\` tells how far it is.`]),
      ]
    : [...planText(plan), 'Nothing was changed: this is a plan.']),
]
