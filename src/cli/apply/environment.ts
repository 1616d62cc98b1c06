/** What variables stand for. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Characters of one text with the values in it. */
const longest = 1024 * 1024

const variable = /\\\$|\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g

/** A text with values in place of `$NAME` and `${NAME}`; `\$` is a plain `$`. Names that stand for nothing are complained of, never their values. */
export const inserted = (text: string, environment: Environment, complain: (text: string) => void): string => {
  let length = text.length
  const missing = new Set<string>()
  const whole = text.replace(variable, (found: string, braced?: string, bare?: string) => {
    const name = braced ?? bare
    if (name === undefined) return '$'
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined
    if (value === undefined) missing.add(name)
    length += value?.length ?? 0
    return length > longest ? '' : (value ?? found)
  })
  for (const name of missing) complain(`The variable $${name} is not in the environment.`)
  if (length > longest) complain(`The text has more than ${String(longest)} characters with its variables.`)
  return whole
}
