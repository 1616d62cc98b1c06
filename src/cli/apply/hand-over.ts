import { ApiError } from '../../client/api-error.ts'
import type { MusterClient } from '../../client/muster-client.ts'
import type { HandedOver, TeamId } from './plan.ts'

/**
 * Gives the server the secrets, which it alone can compare: values do not come out, and to show enroll secrets would be recorded. Answers what
 * changed by it, as the server tells.
 */
export const handOver = async (
  client: MusterClient,
  { variables, enrollSecrets }: HandedOver,
  idOf: (team: TeamId) => number | null,
): Promise<readonly string[]> => [
  ...(variables.length === 0 ? [] : await putVariables(client, variables)),
  ...(enrollSecrets.length === 0 ? [] : await putEnrollSecrets(client, enrollSecrets, idOf)),
]

const putVariables = async (
  { secrets, settings }: MusterClient,
  variables: HandedOver['variables'],
): Promise<readonly string[]> => {
  const times = async () => new Map((await settings.secretVariables()).map(({ name, updated_at }) => [name, updated_at]))
  const before = await times()
  await secrets.put(variables)
  const after = await times()
  return variables.flatMap(({ name }) => {
    if (before.get(name) === after.get(name)) return []
    return [`${before.has(name) ? '~' : '+'} secret ${name}`]
  })
}

const putEnrollSecrets = async (
  client: MusterClient,
  all: HandedOver['enrollSecrets'],
  idOf: (team: TeamId) => number | null,
): Promise<readonly string[]> => {
  const changed: string[] = []
  const later: HandedOver['enrollSecrets'][number][] = []
  const put = async ({ team, name, secrets }: HandedOver['enrollSecrets'][number]): Promise<void> => {
    const change = await client.settings.check.enrollSecrets(idOf(team), secrets)
    if (change === 0) return
    await client.settings.replaceEnrollSecrets(idOf(team), secrets)
    changed.push(`~ enroll secrets of ${name}`)
  }
  for (const one of all)
    try {
      await put(one)
    } catch (error) {
      // A secret that goes from one team to another is refused until the other has given it up.
      if (!(error instanceof ApiError) || error.status !== 409) throw error
      later.push(one)
    }
  for (const one of later) await put(one)
  return changed
}
