import { Command, CommanderError } from 'commander'
import { ApiError } from '../client/api-error.ts'
import { version } from '../config.ts'
import type { LoginOptions } from './access.ts'
import { login, UsageError } from './access.ts'
import { say } from './asking.ts'
import { hostCommands } from './groups/hosts.ts'
import { pastCommands } from './groups/past.ts'
import { settingsCommands } from './groups/settings.ts'
import { simulateCommand } from './groups/simulate.ts'
import { upkeepCommands } from './groups/upkeep.ts'
import { mustKnowCommand } from './known-commands.ts'
import { serve } from './serve.ts'
import { visibleLines } from './visible.ts'

const program = new Command('muster').description('An event-sourced MDM server.').version(version).exitOverride()

program
  .command('serve')
  .description('run the server')
  .option('--role <role>', 'all, api, projector or worker', 'all')
  .option('--ready-json', 'print one line of JSON when ready: url, token, ca', false)
  .action(serve)

program
  .command('login')
  .description('store how to reach a server: with an API token, or as a user, whose password is asked for')
  .requiredOption('--url <url>', 'the server')
  .option('--token <token>', 'an API token')
  .option('--email <address>', 'a user (the password from MUSTER_PASSWORD, or as it is typed)')
  .option('--ca <file>', "the PEM of the server's authority")
  .action(async (options: LoginOptions) => {
    await login(options)
    say(`Logged in to ${options.url}.`)
  })

hostCommands(program)
pastCommands(program)
settingsCommands(program)
upkeepCommands(program)
simulateCommand(program)

/** 0: done; 1: failed; 2: used wrongly. */
const exitCodeOf = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  const told = error instanceof ApiError || error instanceof Error ? error.message : String(error)
  process.stderr.write(`${visibleLines(told)}\n`)
  return error instanceof UsageError ? 2 : 1
}

try {
  mustKnowCommand(program, process.argv.slice(2))
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}
