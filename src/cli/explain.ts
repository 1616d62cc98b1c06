import type { Command } from 'commander'
import type { Explanation } from '../client/history-json.ts'
import type { Host } from '../client/json.ts'
import type { MusterClient } from '../client/muster-client.ts'
import { UsageError } from './access.ts'
import { findHost } from './history.ts'
import { table, when } from './table.ts'

/** `muster explain`: why something is on a host, or is not. */
export const explainCommand = (program: Command): Command =>
  program
    .command('explain')
    .description('why something is on a host, or is not')
    .argument('<host>', 'id, UUID, serial number or name')
    .option('--profile <profile>', 'why a profile stands as it does: its id or name')
    .option('--command <command>', 'why a command was given, and what became of it: its id')
    .option('--missing <profile>', 'why a profile is not there: its id or name')
    .option('--at <moment>', 'at a time or a log position')

/** Explains what is asked for; without a subject, says in one line how each profile of the host stands. */
export const runExplain = async (
  client: MusterClient,
  options: Readonly<Record<string, unknown>>,
  [name = '']: readonly string[],
): Promise<readonly [object, string]> => {
  const asked = subjects.flatMap((subject) => {
    const value = options[subject]
    return typeof value === 'string' ? [{ subject, value }] : []
  })
  const [only, ...others] = asked
  if (others.length > 0) throw new UsageError('Ask for one thing: --profile, --command or --missing.')
  const host = await findHost(client, name)
  const at = typeof options['at'] === 'string' ? options['at'] : undefined
  if (only === undefined) {
    const verdicts = await verdictsOn(client, host, at)
    return [verdicts, verdicts.map(({ verdict }) => verdict).join('\n') || 'The host has no profiles, and is to have none.']
  }
  const explanation = await ask[only.subject](client, host, only.value, at)
  return [explanation, explanationText(explanation)]
}

const subjects = ['profile', 'command', 'missing'] as const

type Ask = (client: MusterClient, host: Host, value: string, at: string | undefined) => Promise<Explanation>

const ask: Readonly<Record<(typeof subjects)[number], Ask>> = {
  // What the host has goes by the name that it has there; any other name may still be that of one profile.
  profile: ({ explain }, { id, mdm }, value, at) => {
    const called = (mdm.profiles ?? []).filter((profile) =>
      [profile.name, profile.profile_uuid, profile.identifier].includes(value),
    )
    const [only, ...others] = called
    return only !== undefined && others.length === 0 ? explain.profile(id, only.profile_uuid, at) : explain.missing(id, value, at)
  },
  command: ({ explain }, { id }, value, at) => explain.command(id, value, at),
  missing: ({ explain }, { id }, value, at) => explain.missing(id, value, at),
}

/** One after the other: a server has better things to do. */
const verdictsOn = async (
  { explain, hosts }: MusterClient,
  now: Host,
  at: string | undefined,
): Promise<readonly Explanation[]> => {
  const { id, mdm } = at === undefined ? now : (await hosts.at(now.id, at)).host
  const verdicts: Explanation[] = []
  for (const { profile_uuid } of mdm.profiles ?? []) verdicts.push(await explain.profile(id, profile_uuid, at))
  return verdicts
}

/** For people: the verdict, then the events that led to it. */
export const explanationText = ({ verdict, chain, left_out }: Explanation): string => {
  const rows = chain.map(({ at, stream, sentence, actor, why }) => [
    when(at),
    `${stream.category} ${stream.name}`.slice(0, widest),
    sentence,
    `${actor.kind} ${actor.id.slice(0, 18)}`,
    why ?? '',
  ])
  const note = left_out === 0 ? '' : `\n\n${String(left_out)} events in between are not told.`
  return `${verdict}\n\n${table(['when', 'where', 'what', 'who', 'why'], rows)}${note}`
}

const widest = 40
