import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { Command } from 'commander'
import { completionFor } from '../../src/cli/completion.ts'

const program = new Command('tool').option('--loud', 'say more')
const box = program.command('box').description('boxes')
box.command('open').argument('<box>', 'which').option('--gently', 'with care')
box.command('close')
program.command('list')

/** What bash offers behind these words; the last one is being typed. */
const offered = (...words: readonly string[]): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const typed = ['tool', ...words].map((word) => `'${word}'`).join(' ')
    const script = `${completionFor(program, 'bash')}\nCOMP_WORDS=(${typed}); COMP_CWORD=${String(words.length)}; _tool; printf '%s\\n' "\${COMPREPLY[@]}"`
    execFile('bash', ['-c', script], (error, out) => {
      if (error !== null) reject(new Error(error.message))
      else resolve(out.split('\n').filter(Boolean).sort())
    })
  })

describe('A shell that completes the program', () => {
  it('offers commands and options, where they belong', async () => {
    assert.deepEqual(await offered(''), ['--help', '--loud', 'box', 'list'])
    assert.deepEqual(await offered('box', ''), ['--help', 'close', 'open'])
    assert.deepEqual(await offered('b'), ['box'])
    assert.deepEqual(await offered('box', 'open', '--g'), ['--gently'])
    assert.deepEqual(await offered('box', 'open', 'red', '--'), ['--gently', '--help'])
    assert.deepEqual(await offered('list', 'x'), [])
  })

  it('has a script for each shell', () => {
    assert.match(completionFor(program, 'zsh'), /bashcompinit/)
    const fish = completionFor(program, 'fish')
    assert.match(fish, /__fish_use_subcommand' -a box/)
    assert.match(fish, /__fish_seen_subcommand_from box; and __fish_seen_subcommand_from open' -l gently/)
  })
})
