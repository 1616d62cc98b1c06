import { z } from 'zod'
import { numberText } from '../../parsing.ts'
import { change, creation, listQuery } from './users.ts'
import { done, onlyPage, pageMeta } from '../contracts/common.ts'
import { json, tagged } from '../contracts/contract.ts'
import { ann, user } from './user-schemas.ts'

const ofUser = { id: numberText.describe("The user's number.") }

const one = json(z.object({ user }), { user: ann })

export const userContracts = tagged('Users', {
  'GET /users': {
    summary: 'List users',
    query: listQuery,
    replies: { 200: json(z.object({ users: z.array(user), meta: pageMeta }), { users: [ann], meta: onlyPage }) },
  },
  'POST /users': {
    summary: 'Make a user',
    description:
      'With a `global_role`, or with roles in teams. With `sso_enabled`, the user signs in at the identity provider and has no password here.',
    body: json(
      creation,
      { name: 'Ann', email: 'ann@example.com', password: 'a-long-Passphrase-7', global_role: 'maintainer' },
      { name: 'Bob', email: 'bob@example.com', sso_enabled: true, teams: [{ id: 4, role: 'observer' }] },
    ),
    replies: { 200: one },
  },
  'GET /users/:id': { summary: 'Show a user', params: ofUser, replies: { 200: one } },
  'PATCH /users/:id': {
    summary: 'Change a user',
    description:
      'The roles that are told replace all that there were. The e-mail address stays: it is how history names the user. A new password, and `disabled`, end all sessions of the user.',
    params: ofUser,
    body: json(change, { name: 'Ann of Design' }, { teams: [{ id: 4, role: 'maintainer' }] }, { disabled: true }),
    replies: { 200: one },
  },
  'DELETE /users/:id': {
    summary: 'Delete a user',
    description: 'All sessions of the user end. The last admin stays.',
    params: ofUser,
    replies: { 200: done },
  },
})
