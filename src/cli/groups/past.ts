import type { Command } from 'commander'
import { asking, hostArgument } from '../asking.ts'
import { explainCommand, runExplain } from '../explain.ts'
import { findHost, historyOf, historyTable } from '../history.ts'
import { diffTable, segmentsTable, wantedOf } from '../past.ts'

/** What became of a host, and why: `muster history`, `diff`, `lifetime`, `explain`. */
export const pastCommands = (program: Command): void => {
  asking(
    program
      .command('history')
      .description("a host's life, event by event")
      .argument(...hostArgument)
      .option('--at <moment>', 'show the host as it was at a time or position instead')
      .option('--from <moment>', 'only from this time or position on')
      .option('--to <moment>', 'only up to this time or position')
      .option('--type <names>', 'only events of these types, with commas between'),
    async (client, options, [name = '']) => {
      const { id } = await findHost(client, name)
      const at = options['at']
      if (typeof at === 'string') {
        const past = await client.hosts.at(id, at)
        return [past, JSON.stringify(past, null, 2)]
      }
      const isWanted = wantedOf(options)
      const type = typeof options['type'] === 'string' ? options['type'] : undefined
      const entries = (await historyOf(client, id, type)).filter(isWanted)
      return [entries, historyTable(entries)]
    },
  )

  asking(
    program
      .command('diff')
      .description('what is different about a host between two moments, and why')
      .argument(...hostArgument)
      .argument('<from>', 'a time or a log position')
      .argument('<to>', 'a later one'),
    async (client, _, [name = '', from = '', to = '']) => {
      const { id } = await findHost(client, name)
      const diff = await client.past.diff(id, from, to)
      return [diff, diffTable(diff)]
    },
  )

  asking(
    program
      .command('lifetime')
      .description("a host's life in segments")
      .argument(...hostArgument),
    async (client, _, [name = '']) => {
      const { id } = await findHost(client, name)
      const segments = await client.past.segments(id)
      return [segments, segmentsTable(segments)]
    },
  )

  asking(explainCommand(program), runExplain)
}
