import type { App } from '../app/app.ts'
import { inParallel } from '../app/in-parallel.ts'
import { allSecretVariables, secretVariables } from '../domain/secret-variables/secret-variables.ts'
import type { HostValues } from '../domain/settings/host-values.ts'

/** How many seals are opened at a time. */
const atATime = 8

/** What settings name as `$FLEET_SECRET_<NAME>`, and the fingerprint of each value. A name that is not here stands for nothing. */
export type SecretValues = Readonly<{ values: HostValues; fingerprints: Readonly<Record<string, string>> }>

export const noSecrets: SecretValues = { values: {}, fingerprints: {} }

/** What a secret is sealed for. */
export const secretContext = (name: string): string => `secret-variable/${name}`

/** Opens the secrets with these names, as they stand in the log. Only what goes to devices, or checks what will, may ask. */
export const openSecrets = async (
  { load, vault }: Pick<App, 'load' | 'vault'>,
  names: readonly string[],
): Promise<SecretValues> => {
  if (names.length === 0) return noSecrets
  const { state } = await load(secretVariables, allSecretVariables)
  const there = names.flatMap((name) => {
    const secret = Object.hasOwn(state, name) ? state[name] : undefined
    return secret === undefined ? [] : [{ name, ...secret }]
  })
  const opened = await inParallel(there, atATime, async ({ name, sealed }) => {
    const value = Buffer.from(await vault.open('server', secretContext(name), sealed)).toString()
    return [name, value] as const
  })
  return {
    values: Object.fromEntries(opened),
    fingerprints: Object.fromEntries(there.map(({ name, fingerprint }) => [name, fingerprint])),
  }
}
