import { z } from 'zod'
import { principalJson, userJson } from './user-presentation.ts'
import { number, time } from '../contracts/common.ts'
import { component } from '../contracts/contract.ts'

const role = z.enum(['admin', 'maintainer', 'observer', 'gitops'])

/** Somebody who uses the API and the console. */
export const user = component(
  'User',
  z.object({
    id: number,
    name: z.string(),
    email: z.string(),
    global_role: role.nullable().describe('Null: roles in teams alone.'),
    teams: z.array(z.object({ id: number, name: z.string(), role })),
    sso_enabled: z.boolean().describe('Signs in at the identity provider, and has no password here.'),
    disabled: z.boolean(),
    api_only: z.boolean().describe('True of an API token.'),
    force_password_reset: z.boolean(),
    created_at: time,
    updated_at: time,
  }),
  userJson,
)

/** Who calls: a user, or an API token in the place of one. */
export const caller = component(
  'Caller',
  user.extend({
    id: number.nullable().describe('Null of an API token.'),
    email: z.string().nullable().describe('Null of an API token.'),
    created_at: time.optional(),
    updated_at: time.optional(),
  }),
  principalJson,
)

export const ann = {
  ...{ id: 5120774193, name: 'Ann', email: 'ann@example.com', global_role: 'maintainer' as const, teams: [] },
  ...{ sso_enabled: false, disabled: false, api_only: false, force_password_reset: false },
  ...{ created_at: '2026-03-01T12:00:00.000Z', updated_at: '2026-03-01T12:00:00.000Z' },
}
