import type { Command } from 'commander'
import { asking, hostArgument } from '../asking.ts'
import { destroying, mustBeMeant } from '../confirming.ts'
import { findHost, shownHost } from '../history.ts'
import { hostDeeds } from '../host-deeds.ts'
import { table } from '../table.ts'

/** `muster hosts …`, `muster host`, and what is done to one. */
export const hostCommands = (program: Command): void => {
  const hosts = program.command('hosts').description('hosts')

  asking(
    hosts
      .command('list', { isDefault: true })
      .description('list hosts')
      .option('--query <text>', 'a part of name, serial or UUID'),
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
      .argument(...hostArgument)
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
      .argument(...hostArgument)
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

  for (const { name, about, question, deed } of hostDeeds) {
    const command = program
      .command(name)
      .description(about)
      .argument(...hostArgument)
    asking(question === undefined ? command : destroying(command), async (client, options, [called = '']) => {
      const host = await findHost(client, called)
      if (question !== undefined)
        await mustBeMeant(
          question.replace('%', () => shownHost(host)),
          options,
        )
      return deed(client, host.id)
    })
  }
}
