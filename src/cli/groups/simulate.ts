import type { Command } from 'commander'
import { number, say, share } from '../asking.ts'
import { progressBar } from '../progress.ts'
import type { SimulateOptions } from '../simulate.ts'
import { simulate } from '../simulate.ts'

/** `muster simulate`. */
export const simulateCommand = (program: Command): void => {
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
      const write = options.json ? (line: string): void => void process.stderr.write(`${line}\n`) : say
      const bar = progressBar('Enrolling')
      const tell = (line: string): void => {
        bar.stop()
        write(line)
      }
      // Where there is no terminal, each device would be a line.
      const show = process.stderr.isTTY ? bar.show : () => undefined
      const result = await simulate(options, { tell, show }, ending.signal)
      say(options.json ? JSON.stringify(result) : `${String(result.sessions)} sessions, ${String(result.commands)} commands.`)
      if (result.enrolled < options.apple) process.exitCode = 1
    })
}
