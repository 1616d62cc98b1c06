import type { Command } from 'commander'
import { Argument } from 'commander'
import { listAssets } from '../assets.ts'
import { asking, say } from '../asking.ts'
import { destroying } from '../confirming.ts'
import { restoreBackup, takeBackup } from '../backup.ts'
import { auditCommands } from '../audit-commands.ts'
import { cancelCommand, listCommands, resultsOf, runCommand } from '../commands.ts'
import type { Shell } from '../completion.ts'
import { completionFor, shells } from '../completion.ts'
import { examine, findingsTable } from '../doctor.ts'
import { progressBar } from '../progress.ts'
import { projectionsTable, rebuildProjections, setAsideTable } from '../projections.ts'
import { webhookCommands } from '../webhooks.ts'

/** What hosts were told, what proves it, and how the server fares. */
export const upkeepCommands = (program: Command): void => {
  deviceCommands(program.command('commands').description('commands to hosts'))
  auditCommands(program)
  projectionCommands(program.command('projections').description('the read models'))
  webhookCommands(program.command('webhooks').description('what other systems are told, and what they refused'))

  asking(program.command('assets').description('what devices fetch from here: packages and manifests'), (client) =>
    listAssets(client),
  )

  asking(
    program.command('doctor').description('look at everything that the server needs; exit code 1 when something ails'),
    async (client) => {
      const findings = await examine(client, new Date())
      if (findings.some(({ state }) => state === 'ails')) process.exitCode = 1
      return [findings, findingsTable(findings)]
    },
  )

  asking(
    program
      .command('backup')
      .description('take a backup of the server while it serves, into a file; the master key is not in it')
      .argument('<file>', 'where to'),
    async (client, _, [file = '']) => {
      const bytes = await takeBackup(client, file)
      return [
        { file, bytes },
        `${String(bytes)} bytes were written to ${file}. Keep the master key elsewhere: it opens what is sealed in there.`,
      ]
    },
  )

  program
    .command('restore')
    .description('take a backup into the empty place that the environment names (as for `serve`), with no server running there')
    .argument('<file>', 'a backup')
    .action(restoreBackup)

  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'which').choices(shells))
    .action((shell: Shell) => {
      say(completionFor(program, shell))
    })
}

const deviceCommands = (commands: Command): void => {
  asking(
    commands
      .command('list', { isDefault: true })
      .description('list the latest')
      .option('--host <host>', 'of one host: id, UUID, serial number or name'),
    (client, { host }) => listCommands(client, typeof host === 'string' ? host : null),
  )

  asking(
    destroying(commands.command('run'))
      .description('run a property list, or SyncML, on hosts')
      .argument('<file>', 'the command')
      .argument('<hosts...>', 'ids, UUIDs, serial numbers or names'),
    runCommand,
  )

  asking(
    commands.command('results').description('what came of one').argument('<command>', 'its id'),
    (client, _, [commandUuid = '']) => resultsOf(client, commandUuid),
  )

  asking(
    commands
      .command('cancel')
      .description('take one back that was not handed out yet')
      .argument('<host>', 'id, UUID, serial number or name')
      .argument('<command>', 'its id'),
    (client, _, [host = '', commandUuid = '']) => cancelCommand(client, host, commandUuid),
  )
}

const projectionCommands = (projections: Command): void => {
  asking(projections.command('list', { isDefault: true }).description('how far they are'), async (client) => {
    const all = await client.projections.list()
    return [all, [projectionsTable(all), setAsideTable(all)].filter((text) => text !== '').join('\n\n')]
  })

  asking(
    projections
      .command('rebuild')
      .description('fill one anew, or all, beside those that are asked')
      .argument('[name]', 'which; all of them unless named'),
    async (client, _, [name]) => {
      const progress = progressBar('Rebuilding')
      try {
        const sound = await rebuildProjections(client, name, progress.show)
        if (!sound) process.exitCode = 1
        return [{ rebuilt: sound }, sound ? 'Rebuilt.' : 'Not all came through; see `muster projections`.']
      } finally {
        progress.stop()
      }
    },
  )
}
