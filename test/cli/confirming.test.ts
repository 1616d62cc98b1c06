import { Command } from 'commander'
import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { UsageError } from '../../src/cli/access.ts'
import { mustBeMeant } from '../../src/cli/confirming.ts'
import { mustKnowCommand } from '../../src/cli/known-commands.ts'

describe('What destroys something [case N1]', () => {
  const asked = async (typed: string, isTTY = true) => {
    const stdin = Object.assign(new PassThrough(), { isTTY })
    const stderr = new PassThrough()
    stdin.end(`${typed}\n`)
    await mustBeMeant('Erase Mac\u001b[2J?', {}, { stdin, stderr })
    return String(stderr.read())
  }

  for (const typed of ['y', 'Yes', ' YES '])
    it(`is done when the person at the terminal says ${typed}`, async () => {
      assert.equal((await asked(typed)).replace(/\s+$/, ''), 'Erase Mac\\u001b[2J? [y/N]')
    })
  for (const typed of ['', 'n', 'no', 'yep', 'Mac'])
    it(`is not done when they say ${typed || 'nothing'}`, async () => {
      await assert.rejects(asked(typed), UsageError)
    })
  it('is not done where nobody can be asked, unless it was said before', async () => {
    await assert.rejects(asked('y', false), /Nothing was done: nobody can be asked here; say --yes\./)
    await mustBeMeant(
      'Erase?',
      { yes: true },
      { stdin: Object.assign(new PassThrough(), { isTTY: false }), stderr: new PassThrough() },
    )
  })
})

describe('A word where a command should stand [case N1]', () => {
  const program = new Command('muster')
  const hosts = program.command('hosts')
  hosts.command('list', { isDefault: true }).option('--query <text>')
  hosts.command('forget').argument('<host>')
  program.command('wipe').argument('<host>')

  for (const [words, said] of [
    [['hosts', 'lst'], 'There is no command hosts lst; is list meant?'],
    [['hosts', 'nonsense'], 'There is no command hosts nonsense; there are list, forget.'],
    [['hots'], 'There is no command hots; is hosts meant?'],
    [['wpie', 'Mac'], 'There is no command wpie; is wipe meant?'],
  ] as const)
    it(`is told: ${words.join(' ')}`, () => {
      assert.throws(() => {
        mustKnowCommand(program, words)
      }, new UsageError(said))
    })
  for (const words of [
    [],
    ['hosts'],
    ['hosts', 'list'],
    ['hosts', '--query', 'lst'],
    ['wipe', 'lst'],
    ['hosts', 'help'],
    ['help'],
    ['--help'],
  ])
    it(`is known: ${words.join(' ') || 'none'}`, () => {
      mustKnowCommand(program, words)
    })
})
