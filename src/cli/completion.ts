import type { Command } from 'commander'

export type Shell = 'bash' | 'zsh' | 'fish'

export const shells: readonly Shell[] = ['bash', 'zsh', 'fish']

/** What may follow a chain of commands: further commands, and options. */
type Place = Readonly<{ path: readonly string[]; words: readonly string[] }>

/** A script that makes a shell complete commands and options of the program, made from the program itself. */
export const completionFor = (program: Command, shell: Shell): string => writers[shell](program.name(), placesIn(program, []))

const placesIn = (command: Command, path: readonly string[]): readonly Place[] => {
  const inner = command.commands.map((one) => one.name())
  const options = command.options.flatMap(({ long }) => (long == null ? [] : [long]))
  return [
    { path, words: [...inner, ...options, '--help'] },
    ...command.commands.flatMap((one) => placesIn(one, [...path, one.name()])),
  ]
}

const bash = (name: string, places: readonly Place[]): string =>
  [
    `# ${name} completion bash > /etc/bash_completion.d/${name}`,
    `_${name}() {`,
    '  local path="" word words',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "$path $word" in',
    ...places.filter(({ path }) => path.length > 0).map(({ path }) => `      "${spaced(path)}") path="${spaced(path)}" ;;`),
    '    esac',
    '  done',
    '  case "$path" in',
    ...places.map(({ path, words }) => `    "${spaced(path)}") words="${words.join(' ')}" ;;`),
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    `complete -o default -F _${name} ${name}`,
    '',
  ].join('\n')

/** Each command with a space before it. */
const spaced = (path: readonly string[]): string => path.map((word) => ` ${word}`).join('')

const zsh = (name: string, places: readonly Place[]): string =>
  ['autoload -U +X bashcompinit && bashcompinit', bash(name, places)].join('\n')

const fish = (name: string, places: readonly Place[]): string =>
  [
    `complete -c ${name} -f`,
    ...places.flatMap(({ path, words }) => {
      const at =
        path.length === 0 ? '__fish_use_subcommand' : path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
      return words.map((word) =>
        word.startsWith('--')
          ? `complete -c ${name} -n '${at}' -l ${word.slice(2)}`
          : `complete -c ${name} -n '${at}' -a ${word}`,
      )
    }),
    '',
  ].join('\n')

const writers: Readonly<Record<Shell, (name: string, places: readonly Place[]) => string>> = { bash, zsh, fish }
