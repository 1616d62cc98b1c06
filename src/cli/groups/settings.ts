import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command } from 'commander'
import { applyCommand, runApply } from '../apply/apply.ts'
import { asking, hostArgument, number, teamIn } from '../asking.ts'
import { changesCommand, runChanges } from '../changes.ts'
import { destroying, mustBeMeant } from '../confirming.ts'
import { findHost } from '../history.ts'
import { createLabel, deleteLabel, hostsOfLabel, listLabels } from '../labels.ts'
import { planCommand, runPlan } from '../plan.ts'
import { settingsDiffTable, settingsText } from '../settings-tree.ts'
import { table, when } from '../table.ts'
import { transferHosts } from '../transfer.ts'
import { runUndo, undoCommand } from '../undo.ts'

/** What hosts should be: profiles, labels, teams; from files; planned and undone. */
export const settingsCommands = (program: Command): void => {
  profileCommands(program.command('profiles').description('settings: profiles and declarations'))
  labelCommands(program.command('labels').description('groups of hosts that settings are aimed at'))
  teamCommands(program.command('teams').description('teams of hosts'))
  asking(applyCommand(program), runApply)
  asking(planCommand(program), runPlan)
  asking(changesCommand(program), runChanges)
  asking(destroying(undoCommand(program)), runUndo)
}

const profileCommands = (profiles: Command): void => {
  asking(
    profiles.command('list', { isDefault: true }).description('list them').option('--team <id>', 'of a team', number),
    async (client, options) => {
      const { profiles: all } = await client.profiles.list(teamIn(options), { per_page: 1000 })
      // Windows profiles are known by their names alone.
      const rows = all.map((one) => [one.profile_uuid, one.name, one.identifier ?? '-', when(one.updated_at)])
      return [all, table(['id', 'name', 'identifier', 'updated'], rows)]
    },
  )

  asking(
    profiles
      .command('upload')
      .description('upload a .mobileconfig, .json or .xml')
      .argument('<file>', 'the profile')
      .option('--team <id>', 'for a team', number)
      .option('--include-all <labels>', 'for hosts with all of these labels, with commas between')
      .option('--include-any <labels>', 'for hosts with any of them')
      .option('--exclude-any <labels>', 'for hosts with none of them'),
    async (client, options, [file = '']) => {
      const wanted = { name: basename(file), bytes: await readFile(file) }
      const told = await client.profiles.uploadTold(wanted, teamIn(options), targetsIn(options))
      return [told, [`Uploaded as ${told.profile_uuid}.`, ...(told.warnings ?? []).map((one) => `Mind: ${one}`)].join('\n')]
    },
  )

  asking(
    profiles
      .command('show')
      .description('what it sets')
      .argument('<profile>', 'its id')
      .option('--at <moment>', 'as it was at a time or position'),
    async (client, { at }, [uuid = '']) => {
      const shown = await client.past.settings(uuid, typeof at === 'string' ? at : undefined)
      return [shown, settingsText(shown)]
    },
  )

  asking(
    profiles
      .command('diff')
      .description('what it sets otherwise than at an earlier moment')
      .argument('<profile>', 'its id')
      .argument('<from>', 'a time or a log position')
      .argument('[to]', 'a later one; now, unless told'),
    async (client, _, [uuid = '', from = '', to]) => {
      const diff = await client.past.settingsDiff(uuid, from, to)
      return [diff, settingsDiffTable(diff)]
    },
  )

  asking(
    profiles.command('status').description('how many hosts stand where').argument('<profile>', 'its id'),
    async (client, _, [uuid = '']) => {
      const counts = await client.profiles.status(uuid)
      const { verified, verifying, pending, failed } = counts
      const row = [verified, verifying, pending, failed].map(String)
      return [counts, table(['verified', 'verifying', 'pending', 'failed'], [row])]
    },
  )

  asking(
    profiles
      .command('download')
      .description('write its bytes to a file')
      .argument('<profile>', 'its id')
      .argument('<file>', 'where to'),
    async (client, _, [uuid = '', file = '']) => {
      const bytes = await client.profiles.download(uuid)
      await writeFile(file, bytes)
      return [{ file, bytes: bytes.length }, `${String(bytes.length)} bytes were written to ${file}.`]
    },
  )

  asking(
    profiles
      .command('resend')
      .description('send it again: to one host, or wherever it failed')
      .argument('<profile>', 'its id')
      .argument('[host]', hostArgument[1]),
    async (client, _, [uuid = '', host]) => {
      if (host === undefined) {
        const hosts = await client.profiles.resendFailed(uuid)
        return [{ hosts }, `It is sent again to ${String(hosts)} hosts.`]
      }
      await client.hosts.resendProfile((await findHost(client, host)).id, uuid)
      return [{ hosts: 1 }, 'It is sent again.']
    },
  )

  asking(
    destroying(profiles.command('delete').description('delete it, and take it off all hosts').argument('<profile>', 'its id')),
    async (client, options, [uuid = '']) => {
      const { name } = await client.profiles.get(uuid)
      await mustBeMeant(`Delete the profile ${name}? It is removed from every host.`, options)
      await client.profiles.delete(uuid)
      return [{ profile_uuid: uuid }, 'It is deleted; hosts are told to remove it.']
    },
  )
}

const labelCommands = (labels: Command): void => {
  asking(labels.command('list', { isDefault: true }).description('list them'), (client) => listLabels(client))

  asking(
    labels
      .command('create')
      .description('make one, by exactly one of the options')
      .argument('<name>', 'its name')
      .option('--query <sql>', 'a query that agents answer')
      .option('--hosts <hosts>', 'ids, names, serial numbers or UUIDs, with commas between')
      .option('--vital <name=value>', 'what the server knows of a host, as in platform=windows'),
    (client, options, [name = '']) => createLabel(client, options, name),
  )

  asking(
    labels.command('hosts').description('list the hosts of one').argument('<label>', 'its id or name'),
    (client, _, [label = '']) => hostsOfLabel(client, label),
  )

  asking(
    destroying(labels.command('delete').description('delete one').argument('<name>', 'its name')),
    async (client, options, [name = '']) => {
      await mustBeMeant(`Delete the label ${name}? What is aimed by it reaches nobody new.`, options)
      return deleteLabel(client, name)
    },
  )
}

const teamCommands = (teams: Command): void => {
  asking(teams.command('list', { isDefault: true }).description('list them'), async (client) => {
    const all = await client.teams.list()
    const rows = all.map(({ id, name, host_count }) => [String(id), name, String(host_count)])
    return [all, table(['id', 'name', 'hosts'], rows)]
  })

  asking(teams.command('create').description('make one').argument('<name>', 'its name'), async (client, _, [name = '']) => {
    const team = await client.teams.create({ name })
    return [team, `The team ${team.name} has the id ${String(team.id)}.`]
  })

  asking(
    teams
      .command('transfer')
      .description('move hosts to a team; to none without --team')
      .argument('<hosts...>', 'ids, UUIDs, serial numbers or names')
      .option('--team <id>', 'the team', number)
      .option('--no-wait', 'do not wait until many hosts are moved'),
    (client, options, called) => transferHosts(client, called, { team: teamIn(options), wait: options['wait'] !== false }),
  )

  asking(
    destroying(
      teams.command('delete').description('delete one; its hosts are in no team then').argument('<id>', 'its id', number),
    ),
    async (client, options, [id = '']) => {
      const { name, host_count } = await client.teams.get(number(id))
      await mustBeMeant(`Delete the team ${name}? Its ${String(host_count)} hosts lose its settings.`, options)
      await client.teams.delete(number(id))
      return [{ id: number(id) }, 'The team is deleted.']
    },
  )
}

const targetsIn = (options: Readonly<Record<string, unknown>>) => {
  const named = (option: string): readonly string[] | null => {
    const value = options[option]
    return typeof value === 'string' ? value.split(',').map((label) => label.trim()) : null
  }
  const [all, any, none] = [named('includeAll'), named('includeAny'), named('excludeAny')]
  return {
    ...(all !== null && { labels_include_all: all }),
    ...(any !== null && { labels_include_any: any }),
    ...(none !== null && { labels_exclude_any: none }),
  }
}
