import type { Role, ServerEvent } from '../domain/server/events.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

/** `teams`: the ids of the only teams in which the role counts; null: it counts everywhere. */
export type ApiTokenRow = Readonly<{
  token_hash: string
  name: string
  role: Role
  teams: readonly string[] | null
  issued_at: string
}>

/** The tokens that open the admin API, each by the SHA-256 of its secret (lower-case hex); the secrets themselves are kept nowhere. */
export const apiTokens: Projection<ServerEvent, ApiTokenRow> = {
  name: 'api_tokens',
  version: 2,
  schema: `
    token_hash text not null,
    name text not null,
    role text not null,
    teams jsonb,
    issued_at timestamptz not null`,
  key: ['token_hash'],

  on: {
    ApiTokenIssued: ({ at, data: { tokenHash, name, role, teams = null } }) => ({
      where: { token_hash: tokenHash },
      set: { name, role, teams, issued_at: at },
    }),
    ApiTokenRevoked: ({ data }) => ({ where: { token_hash: data.tokenHash }, remove: true }),
  },
}

export const apiTokenByHash = (tokenHash: string) => query<ApiTokenRow>`select * from api_tokens where token_hash = ${tokenHash}`

export const allApiTokens = () => query<ApiTokenRow>`select * from api_tokens order by name, token_hash limit 10000`
