import type { Command } from 'commander'
import type { AuditFilter } from '../client/audit-client.ts'
import { asking, nothingMore, say } from './asking.ts'
import { checkpointsText, exportAudit, verdictText, verifyAudit } from './audit.ts'
import { findHost } from './history.ts'

/** `muster audit …`. */
export const auditCommands = (program: Command): void => {
  const audit = program.command('audit').description('the event log, with what proves it')

  asking(
    audit
      .command('export')
      .description('write the log, or a part of it, with what proves it; to the standard output unless a file is named')
      .argument('[file]', 'where to')
      .option('--from <moment>', 'a time or a log position')
      .option('--to <moment>', 'a time or a log position')
      .option('--host <host>', 'id, UUID, serial number or name')
      .option('--actor <name>', 'who did it')
      .option('--type <type>', 'of event, such as PinViewed')
      .option('--category <category>', 'of stream, such as host'),
    async (client, options, [file]) => {
      const { host } = options
      const filter = { ...textsIn(options), ...(typeof host === 'string' && { host: (await findHost(client, host)).id }) }
      const bytes = await exportAudit(client, filter, file)
      // The standard output is the export's.
      if (file === undefined) process.stderr.write(`${String(bytes)} bytes.\n`)
      return file === undefined ? nothingMore : [{ file, bytes }, `${String(bytes)} bytes were written to ${file}.`]
    },
  )

  audit
    .command('verify')
    .description(
      'hold an export against itself and a key, offline; exit code 0 when it is valid, 1 when not, 2 when it cannot be read',
    )
    .argument('<file>', 'an export; - for the standard input')
    .option('--key <pem or fingerprint>', 'the key that it must be signed with')
    .option('--json', 'print JSON')
    .action(async (file: string, { key, json }: Readonly<{ key?: string; json?: boolean }>) => {
      const verdict = await verifyAudit(file, key)
      say(json === true ? JSON.stringify(verdict, null, 2) : verdictText(verdict))
      if (!verdict.valid) process.exitCode = 1
    })

  asking(audit.command('checkpoints').description('what the server signed, the newest first'), async (client) => {
    const page = await client.audit.checkpoints()
    return [page, checkpointsText(page)]
  })

  asking(audit.command('key').description('the public key that the server signs with'), async (client) => {
    const key = await client.audit.key()
    return [key, `${key.public_key}${key.fingerprint}`]
  })
}

const textsIn = (options: Readonly<Record<string, unknown>>): AuditFilter =>
  Object.fromEntries(
    ['from', 'to', 'actor', 'type', 'category'].flatMap((name) => {
      const value = options[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
