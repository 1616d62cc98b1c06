/** What variables stand for. */
export type Environment = Readonly<Record<string, string | undefined>>

/** How a value is written into the text around it, by where it comes to stand. */
export type Escape = (value: string, offset: number) => string

/** Characters of one text with the values in it. */
const longest = 1024 * 1024

const variable = /(\\*)\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*)|(?=.?))/g

/** The server fills these in, for each host. */
const ofServer = /^FLEET_VAR_/i
/** Values of these reach the server by themselves, never as text. */
const secret = 'FLEET_SECRET_'

type Inserting = Readonly<{
  /** As it is, unless told. */
  escape?: Escape
  /** Where the text is one for the server, secrets are left to it; elsewhere they are complained of. */
  secrets: 'left' | 'refused'
  complain: (text: string) => void
}>

/**
 * A text with values in place of `$NAME` and `${NAME}`. A `$` behind an odd number of backslashes stands for itself. Names that stand for
 * nothing are complained of, never their values.
 */
export const inserted = (
  text: string,
  environment: Environment,
  { escape = (value) => value, secrets, complain }: Inserting,
): string => {
  let length = text.length
  const missing = new Set<string>()
  const misplaced = new Set<string>()
  const whole = text.replace(
    variable,
    (found: string, slashes: string, braced: string | undefined, bare: string | undefined, offset: number) => {
      const name = braced ?? bare
      const written = found.slice(slashes.length)
      if (slashes.length % 2 === 1) return '\\'.repeat((slashes.length - 1) / 2) + written
      if (name === undefined || ofServer.test(name)) return found
      if (name.startsWith(secret)) {
        if (secrets === 'refused') misplaced.add(name)
        return found
      }
      const value = Object.hasOwn(environment, name) ? environment[name] : undefined
      if (value === undefined) missing.add(name)
      length += value?.length ?? 0
      if (length > longest) return ''
      return value === undefined ? found : slashes + escape(value, offset + slashes.length)
    },
  )
  for (const name of missing) complain(`The variable $${name} is not in the environment; write \\$${name} for the text itself.`)
  for (const name of misplaced) complain(`The secret $${name} can stand in profiles only.`)
  if (length > longest) complain(`The text has more than ${String(longest)} characters with its variables.`)
  return whole
}
