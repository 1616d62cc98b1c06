import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** Asks for a password at the terminal, and shows nothing of it. Without a terminal, the first line of the standard input is taken. */
export const typedPassword = async (): Promise<string> => {
  const { stdin, stderr } = process
  const nothing = new Writable({
    write: (_chunk, _encoding, done) => {
      done()
    },
  })
  const lines = createInterface({ input: stdin, output: nothing, terminal: stdin.isTTY })
  if (stdin.isTTY) stderr.write('Password: ')
  try {
    for await (const line of lines) return line
    return ''
  } finally {
    lines.close()
    if (stdin.isTTY) stderr.write('\n')
  }
}
