import type { Command } from 'commander'
import { Argument, Option } from 'commander'
import type { SetAsideDelivery, Webhook } from '../client/json.ts'
import { asking } from './asking.ts'
import { table, when } from './table.ts'

/** What other systems are told, and what they refused. */
export const webhookCommands = (webhooks: Command): void => {
  asking(
    webhooks.command('list', { isDefault: true }).description('count what waits, and what was set aside'),
    async (client) => {
      const all = await client.webhooks.list()
      return [all, webhooksTable(all)]
    },
  )

  asking(
    webhooks
      .command('refused')
      .description('list what a receiver refused, the latest first, 500 at most')
      .addArgument(which())
      .option('--topic <topic>', 'of one topic'),
    async (client, options, [name]) => {
      const all = await client.webhooks.setAside(nameOf(name), topicIn(options))
      return [all, refusedTable(all)]
    },
  )

  asking(
    choosing(webhooks.command('resend').description('send again what a receiver refused')),
    async (client, options, [name, ...ids]) => {
      const resent = await client.webhooks.resend(nameOf(name), chosen(options, ids))
      return [{ resent }, `${String(resent)} are sent again.`]
    },
  )

  asking(
    choosing(webhooks.command('discard').description('throw away what a receiver refused')),
    async (client, options, [name, ...ids]) => {
      const removed = await client.webhooks.remove(nameOf(name), chosen(options, ids))
      return [{ removed }, `${String(removed)} were thrown away.`]
    },
  )
}

const which = (): Argument => new Argument('<webhook>', 'which').choices(['devices', 'activities'])

/** Nothing is chosen by leaving everything out: all of it is a word of its own. */
const choosing = (command: Command): Command =>
  command
    .addArgument(which())
    .argument('[ids...]', 'by their ids')
    .option('--topic <topic>', 'of one topic')
    .addOption(new Option('--all', 'all of it').conflicts('topic'))

const chosen = (options: Readonly<Record<string, unknown>>, ids: readonly string[]) => {
  const topic = topicIn(options)
  if (topic === undefined && ids.length === 0 && options['all'] !== true)
    throw new Error('Say which: ids, --topic <topic>, or --all.')
  if (ids.some((id) => !/^\d{1,15}$/.test(id))) throw new Error('An id is a whole number; see `muster webhooks refused`.')
  return { ...(topic !== undefined && { topic }), ...(ids.length > 0 && { ids: ids.map(Number) }) }
}

const topicIn = ({ topic }: Readonly<Record<string, unknown>>): string | undefined =>
  typeof topic === 'string' ? topic : undefined

const nameOf = (name: string | undefined): Webhook['name'] => (name === 'activities' ? 'activities' : 'devices')

const webhooksTable = (all: readonly Webhook[]): string =>
  table(
    ['webhook', 'receiver', 'waiting', 'since', 'refused', 'topics'],
    all.map(({ name, configured, waiting, waiting_since, set_aside, topics }) => [
      ...[name, configured ? 'set' : 'none', String(waiting), when(waiting_since), String(set_aside)],
      Object.entries(topics)
        .map(([topic, count]) => `${topic} ${String(count)}`)
        .join(', '),
    ]),
  )

const refusedTable = (all: readonly SetAsideDelivery[]): string =>
  table(
    ['id', 'topic', 'enrollment', 'happened', 'attempts', 'problem'],
    all.map(({ id, topic, enrollment_id, created_at, attempts, problem }) => [
      ...[String(id), topic, enrollment_id ?? '-', when(created_at), String(attempts), problem],
    ]),
  )
