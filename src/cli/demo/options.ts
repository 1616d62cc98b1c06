import { Command, InvalidArgumentError } from 'commander'

export type DemoOptions = Readonly<{ hosts: number; windows: number; exit: boolean; json: boolean }>

const count =
  (least: number) =>
  (text: string): number => {
    const hosts = Number(text)
    if (!Number.isInteger(hosts) || hosts < least || hosts > 20_000)
      throw new InvalidArgumentError(`It must be a number from ${String(least)} to 20000.`)
    return hosts
  }

/** Reads the demo's options; wrong ones end the process with a sentence. */
export const readOptions = (args: readonly string[]): DemoOptions =>
  new Command('demo')
    .description('Muster with simulated Macs and Windows PCs, on this machine and from nothing')
    .option('--hosts <count>', 'how many Macs', count(1), 25)
    .option('--windows <count>', 'how many Windows PCs', count(0), 25)
    .option('--exit', 'end when all is shown', false)
    .option('--json', 'print one JSON object on the last line', false)
    .parse([...args], { from: 'user' })
    .opts<DemoOptions>()
