import { ApiError } from './api-error.ts'
import type { Connection } from './connection.ts'
import { pathOf } from './connection.ts'

/** With which hosts enrol into a team, or into no team (null). Each look is recorded. Every call throws `ApiError`. */
export type EnrollSecretsClient = Readonly<{
  list: (teamId: number | null) => Promise<readonly string[]>
  /** Lets the server make one up beside those that there are. */
  add: (teamId: number | null) => Promise<string>
}>

type Secrets = Readonly<{ secrets: readonly Readonly<{ secret: string }>[] }>

/** The enroll secrets of teams and of no team, which the API keeps in two places. */
export const enrollSecretsClient = ({ json }: Pick<Connection, 'json'>): EnrollSecretsClient => {
  const list = async (teamId: number | null): Promise<readonly string[]> => {
    const path = teamId === null ? '/spec/enroll_secret' : pathOf`/teams/${teamId}/secrets`
    const body = await json<Secrets & Readonly<{ spec?: Secrets }>>({ method: 'GET', path })
    return (body.spec ?? body).secrets.map(({ secret }) => secret)
  }
  return {
    list,
    add: async (teamId) => {
      const before = await list(teamId)
      const secrets = [...before.map((secret) => ({ secret })), {}]
      if (teamId === null) await json({ method: 'POST', path: '/spec/enroll_secret', json: { spec: { secrets } } })
      else await json({ method: 'PATCH', path: pathOf`/teams/${teamId}/secrets`, json: { secrets } })
      const added = (await list(teamId)).find((secret) => !before.includes(secret))
      if (added === undefined) throw new ApiError(0, 'The server made no enroll secret.')
      return added
    },
  }
}
