import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import type { ChangeSet } from '../client/history-json.ts'
import type { MusterClient } from '../client/muster-client.ts'
import { table, when } from './table.ts'
import { whatBecame } from './transfer.ts'

/** `muster changes`, to which the program adds how to reach a server. */
export const changesCommand = (program: Command): Command =>
  program
    .command('changes')
    .description('list what admins did, change set by change set, or show one')
    .argument('[change set]', 'the id of one')
    .option('--limit <count>', 'how many to list, at most 200', count, 20)

/** Runs the command. */
export const runChanges = async (
  client: MusterClient,
  options: Readonly<Record<string, unknown>>,
  [id]: readonly string[],
): Promise<readonly [object, string]> => {
  if (id === undefined) {
    const { change_sets: all } = await client.changeSets.list({ per_page: Number(options['limit']) })
    const rows = all.map((one) => [
      ...[one.id, when(one.at), one.actor, String(one.events), String(one.hosts), whatOf(one)],
      stateOf(one),
    ])
    return [all, table(['change set', 'when', 'who', 'events', 'hosts', 'what', ''], rows)]
  }
  const shown = await client.changeSets.get(id)
  const { effects, undone_by, undoes, transfers } = shown.change_set
  const lines = [
    table(
      ['when', 'who', 'what'],
      shown.events.map(({ at, actor, sentence }) => [when(at), actor, sentence]),
    ),
    ...(shown.meta.has_next_results ? ['… and more'] : []),
    '',
    `Led to ${String(effects.installs)} installations and ${String(effects.removals)} removals; ${String(effects.hosts)} hosts were touched.`,
    ...transfers.flatMap(whatBecame),
    ...(undone_by === null ? [] : [`It was undone by ${undone_by}.`]),
    ...(undoes === null ? [] : [`It undoes ${undoes}.`]),
  ]
  return [shown, lines.join('\n')]
}

const count = (text: string): number => {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < 1 || number > 200) throw new InvalidArgumentError('It must be a number from 1 to 200.')
  return number
}

const stateOf = ({ in_progress: underWay, undone_by, undoes }: ChangeSet): string => {
  if (underWay !== null) return `${String(underWay.done)} of ${String(underWay.total)} hosts done`
  if (undone_by !== null) return `undone by ${undone_by}`
  return undoes === null ? '' : `undoes ${undoes}`
}

/** What was done first, in a sentence, and how much more. */
const whatOf = ({ sentence, kinds, events }: ChangeSet): string =>
  sentence === null
    ? kinds.map((kind) => kind.replaceAll('_', ' ')).join(', ')
    : `${sentence}${events > 1 ? ` (and ${String(events - 1)} more)` : ''}`
