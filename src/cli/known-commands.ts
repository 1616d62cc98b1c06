import type { Command } from 'commander'
import { nearName } from '../kernel/near-name.ts'
import { UsageError } from './access.ts'
import { visible } from './visible.ts'

/**
 * Throws `UsageError` for a word that stands where a command should and is none: a group that lists by itself would take it for one argument too
 * many of the list.
 */
export const mustKnowCommand = (program: Command, words: readonly string[]): void => {
  let at = program
  for (const word of words) {
    if (word.startsWith('-') || at.commands.length === 0) return
    const names = at.commands.flatMap((one) => [one.name(), ...one.aliases()])
    const next = at.commands.find((one) => one.name() === word || one.aliases().includes(word))
    if (next === undefined) {
      if (word === 'help') return
      const near = nearName(word, names)
      const instead = near === null ? `there are ${names.join(', ')}.` : `is ${near} meant?`
      const path = pathTo(at)
      throw new UsageError(`There is no command ${[...path, visible(word)].join(' ')}; ${instead}`)
    }
    at = next
  }
}

/** The names of the groups that lead to a command, without the program's own. */
const pathTo = (command: Command): readonly string[] =>
  command.parent === null ? [] : [...pathTo(command.parent), command.name()]
