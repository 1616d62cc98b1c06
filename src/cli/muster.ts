import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { ApiError } from '../client/api-error.ts'
import type { MusterClient } from '../client/muster-client.ts'
import type { AccessOptions } from './access.ts'
import { clientFor, login, UsageError } from './access.ts'
import { applyCommand, runApply } from './apply/apply.ts'
import { auditCommands, nothingMore } from './audit-commands.ts'
import { explainCommand, runExplain } from './explain.ts'
import { changesCommand, runChanges } from './changes.ts'
import { findHost, historyOf, historyTable } from './history.ts'
import { diffTable, segmentsTable, wantedOf } from './past.ts'
import { planCommand, runPlan } from './plan.ts'
import { projectionsTable, rebuildProjections } from './projections.ts'
import { serve } from './serve.ts'
import { hostDeeds } from './host-deeds.ts'
import type { SimulateOptions } from './simulate.ts'
import { simulate } from './simulate.ts'
import { version } from '../config.ts'
import { runUndo, undoCommand } from './undo.ts'
import { table, when } from './table.ts'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const number = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

const share = (text: string): number => {
  const part = Number(text)
  if (text.trim() === '' || !(part >= 0 && part <= 1)) throw new InvalidArgumentError('It must be a share from 0 to 1.')
  return part
}

/** A command that talks to a server: it gets a client, and `--json` prints what it answers instead of its table. */
const asking = (
  command: Command,
  ask: (
    client: MusterClient,
    options: Readonly<Record<string, unknown>>,
    args: readonly string[],
  ) => Promise<readonly [object, string]>,
): Command =>
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

const program = new Command('muster').description('An event-sourced MDM server.').version(version).exitOverride()

program
  .command('serve')
  .description('run the server')
  .option('--role <role>', 'all, api, projector or worker', 'all')
  .option('--ready-json', 'print one line of JSON when ready: url, token, ca', false)
  .action(serve)

program
  .command('login')
  .description('store how to reach a server')
  .requiredOption('--url <url>', 'the server')
  .requiredOption('--token <token>', 'an API token')
  .option('--ca <file>', "the PEM of the server's authority")
  .action(async (options: Required<Pick<AccessOptions, 'url' | 'token'>> & Pick<AccessOptions, 'ca'>) => {
    await login(options)
    say(`Logged in to ${options.url}.`)
  })

const hosts = program.command('hosts').description('hosts')

asking(
  hosts.command('list', { isDefault: true }).description('list hosts').option('--query <text>', 'a part of name, serial or UUID'),
  async (client, options) => {
    const query = typeof options['query'] === 'string' ? { query: options['query'] } : {}
    const { hosts: all } = await client.hosts.list({ per_page: 1000, ...query })
    const rows = all.map((host) => [
      String(host.id),
      host.display_name,
      host.hardware_serial,
      host.platform,
      host.os_version,
      host.team_name ?? '-',
      host.mdm.enrollment_status,
    ])
    return [all, table(['id', 'name', 'serial', 'platform', 'os', 'team', 'mdm'], rows)]
  },
)

asking(
  hosts
    .command('forget')
    .description('destroy the key of what a host gave into custody, and what tells whose it is')
    .argument('<host>', 'id, UUID, serial number or name')
    .requiredOption('--reason <text>', 'why, for the log')
    .requiredOption('--confirm <serial or id>', 'the serial number or the id of the host once more: this cannot be taken back')
    .option('--force', 'although it is enrolled: its device is cut off'),
  async (client, options, [called = '']) => {
    const { id } = await findHost(client, called)
    const wish = { reason: String(options['reason']), confirm: String(options['confirm']), force: options['force'] === true }
    const forgotten = await client.hosts.forget(id, wish)
    return [forgotten, `Host ${forgotten.host_ids.join(', ')} is forgotten; the key of its secrets is being destroyed.`]
  },
)

asking(
  program
    .command('host')
    .description('show a host, now or at a moment')
    .argument('<host>', 'id, UUID, serial number or name')
    .option('--at <moment>', 'a time or a log position'),
  async (client, options, [name = '']) => {
    const found = await findHost(client, name)
    const at = options['at']
    const host = typeof at === 'string' ? (await client.hosts.at(found.id, at)).host : found
    const facts = [
      ['id', String(host.id)],
      ['name', host.display_name],
      ['uuid', host.uuid],
      ['serial', host.hardware_serial],
      ['team', host.team_name ?? '-'],
      ['mdm', host.mdm.enrollment_status],
    ]
    const profiles = (host.mdm.profiles ?? []).map(({ name: profile, status, operation_type, detail }) => [
      profile,
      operation_type,
      status,
      detail,
    ])
    return [host, `${table(['fact', 'value'], facts)}\n\n${table(['profile', 'operation', 'status', 'detail'], profiles)}`]
  },
)

asking(
  program
    .command('history')
    .description("a host's life, event by event")
    .argument('<host>', 'id, UUID, serial number or name')
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
    const entries = (await historyOf(client, id)).filter(wantedOf(options))
    return [entries, historyTable(entries)]
  },
)

asking(
  program
    .command('diff')
    .description('what is different about a host between two moments, and why')
    .argument('<host>', 'id, UUID, serial number or name')
    .argument('<from>', 'a time or a log position')
    .argument('<to>', 'a later one'),
  async (client, _, [name = '', from = '', to = '']) => {
    const { id } = await findHost(client, name)
    const diff = await client.past.diff(id, from, to)
    return [diff, diffTable(diff)]
  },
)

asking(
  program.command('lifetime').description("a host's life in segments").argument('<host>', 'id, UUID, serial number or name'),
  async (client, _, [name = '']) => {
    const { id } = await findHost(client, name)
    const segments = await client.past.segments(id)
    return [segments, segmentsTable(segments)]
  },
)

asking(explainCommand(program), runExplain)

for (const { name, about, deed } of hostDeeds)
  asking(
    program.command(name).description(about).argument('<host>', 'id, UUID, serial number or name'),
    async (client, _, [called = '']) => deed(client, (await findHost(client, called)).id),
  )

asking(program.command('teams').description('list teams'), async (client) => {
  const teams = await client.teams.list()
  return [
    teams,
    table(
      ['id', 'name', 'hosts'],
      teams.map(({ id, name, host_count }) => [String(id), name, String(host_count)]),
    ),
  ]
})

asking(applyCommand(program), runApply)
asking(planCommand(program), runPlan)
asking(changesCommand(program), runChanges)
asking(undoCommand(program), runUndo)

const profiles = program.command('profiles').description('configuration profiles')

asking(
  profiles.command('list', { isDefault: true }).description('list profiles').option('--team <id>', 'of a team', number),
  async (client, options) => {
    const { profiles: all } = await client.profiles.list(teamIn(options), { per_page: 1000 })
    const rows = all.map((profile) => [profile.profile_uuid, profile.name, profile.identifier, when(profile.updated_at)])
    return [all, table(['id', 'name', 'identifier', 'updated'], rows)]
  },
)

asking(
  profiles
    .command('upload')
    .description('upload a .mobileconfig')
    .argument('<file>', 'the profile')
    .option('--team <id>', 'for a team', number),
  async (client, options, [file = '']) => {
    const uuid = await client.profiles.upload({ name: basename(file), bytes: await readFile(file) }, teamIn(options))
    return [{ profile_uuid: uuid }, `Uploaded as ${uuid}.`]
  },
)

auditCommands(program, asking)

const projections = program.command('projections').description('the read models')

asking(projections.command('list', { isDefault: true }).description('how far they are'), async (client) => {
  const all = await client.projections.list()
  return [all, projectionsTable(all)]
})

asking(
  projections
    .command('rebuild')
    .description('fill one anew, or all, beside those that are asked')
    .argument('[name]', 'which; all of them unless named'),
  async (client, _, [name]) => {
    const sound = await rebuildProjections(client, name, (line) => void process.stderr.write(`${line}\n`))
    if (!sound) process.exitCode = 1
    return [{ rebuilt: sound }, sound ? 'Rebuilt.' : 'Not all came through; see `muster projections`.']
  },
)

program
  .command('simulate')
  .description('simulated devices against any server')
  .option('--apple <count>', 'how many Apple devices', number, 0)
  .option('--windows <count>', 'how many Windows PCs, at a Muster server', number, 0)
  .option('--url <url>', 'a Muster server')
  .option('--token <token>', 'an API token of it')
  .option('--profile <file or url>', 'an enrollment profile of any server, instead of --url and --token')
  .option('--ca <file>', "the PEM of the server's authority")
  .option('--seed <seed>', 'equal seeds make equal devices', 'simulate')
  .option('--poll-ms <ms>', 'how often each calls', number, 5000)
  .option('--iphones <share>', 'how many are iPhones, 0 to 1', share, 0.25)
  .option('--supervised <share>', 'how many are supervised', share, 0)
  .option('--users <share>', 'how many have a user with a channel', share, 0)
  .option('--not-now <share>', 'how often a command is put off', share, 0)
  .option('--errors <share>', 'how often a command fails', share, 0)
  .option('--drop <share>', 'how often an answer is lost', share, 0)
  .option('--duplicates <share>', 'how often an answer is sent twice', share, 0)
  .option('--declaration-errors <share>', 'how often a declaration cannot be applied', share, 0)
  .option('--no-agents', 'no osquery on the Macs')
  .option('--enroll-secret <secret>', "with which agents enrol, instead of the server's own")
  .option('--seconds <seconds>', 'how long; until Ctrl-C unless told', number)
  .option('--json', 'print what they did as JSON on the last line', false)
  .action(async (options: SimulateOptions & Readonly<{ json: boolean }>) => {
    const ending = new AbortController()
    process.once('SIGINT', () => {
      ending.abort()
    })
    const tell = options.json ? (line: string): void => void process.stderr.write(`${line}\n`) : say
    const result = await simulate(options, tell, ending.signal)
    say(options.json ? JSON.stringify(result) : `${String(result.sessions)} sessions, ${String(result.commands)} commands.`)
    if (result.enrolled < options.apple) process.exitCode = 1
  })

const teamIn = (options: Readonly<Record<string, unknown>>): number | null =>
  typeof options['team'] === 'number' ? options['team'] : null

/** 0: done; 1: failed; 2: used wrongly. */
const exitCodeOf = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof UsageError) return 2
  const told = error instanceof ApiError || error instanceof Error ? error.message : String(error)
  process.stderr.write(`${told}\n`)
  return 1
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n`)
  process.exitCode = exitCodeOf(error)
}
