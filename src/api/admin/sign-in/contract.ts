import { z } from 'zod'
import { passwords, sessionId, sessionsQuery } from './me.ts'
import { credentials } from './sign-in.ts'
import { sessionJson } from '../users/user-presentation.ts'
import { done, number, time } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'
import { ann, caller, user } from '../users/user-schemas.ts'

const available_teams = z
  .array(z.object({ id: number, name: z.string(), description: z.string() }))
  .describe('Those in which the caller has a say.')

const signedIn = { user, available_teams, expires_at: time.describe('When the session ends, however much it is used.') }

const asAnn = {
  ...{ user: ann, available_teams: [{ id: 4, name: 'Design', description: 'Everybody who draws' }] },
  expires_at: '2026-03-06T12:00:00.000Z',
}

const csrf_token = z.string().describe('What changes by cookie show in the header `x-muster-csrf`.')
const aCsrfToken = 'pJ9mTtQ2Y4vXb0c7sKq1nW8rLz5eDhA3uGfRoViMyEk'

const session = component(
  'Session',
  z.object({
    id: z.string(),
    kind: z.enum(['cookie', 'token']).describe('Of a browser, or of a script.'),
    current: z.boolean().describe('The one that asks.'),
    created_at: time,
    last_used_at: time,
    expires_at: time,
    address: z.string(),
    user_agent: z.string(),
  }),
  sessionJson,
)

const signOut = {
  summary: 'End the session that this request is part of',
  description: 'An API token is no session, and is refused.',
  replies: { 200: done },
}

export const signInContracts = tagged('Signing in', {
  'POST /login': {
    summary: 'Sign in with a password, for scripts',
    description: 'The answer holds a token, which is shown once, here: requests carry it as they would an API token.',
    body: json(credentials, { email: 'ann@example.com', password: 'a-long-Passphrase-7' }),
    replies: {
      200: json(z.object({ ...signedIn, token: z.string() }), { ...asAnn, token: 'muster_session_…' }),
    },
  },
  'POST /sessions': {
    summary: 'Sign in with a password, for browsers',
    description: 'Sets the cookie `__Host-muster`.',
    body: json(credentials, { email: 'ann@example.com', password: 'a-long-Passphrase-7' }),
    replies: { 200: json(z.object({ ...signedIn, csrf_token }), { ...asAnn, csrf_token: aCsrfToken }) },
  },
  'GET /sso/start': {
    summary: 'Sign in at the identity provider',
    description: 'For browsers: it is sent there, and comes back to `GET /sso/callback`.',
    replies: { 303: null },
  },
  'GET /sso/callback': {
    summary: 'Come back from the identity provider',
    description:
      'What the provider adds to the query is its own affair. Sets the cookie `__Host-muster` and leads to the console; whoever is not let in is told so by a page.',
    replies: { 303: null },
  },
  'GET /me': {
    summary: 'Show who calls',
    replies: {
      200: json(
        z.object({ user: caller, available_teams, csrf_token: csrf_token.nullable() }),
        { user: ann, available_teams: asAnn.available_teams, csrf_token: aCsrfToken },
        {
          user: {
            ...{ id: null, name: 'ci', email: null, global_role: 'gitops', teams: [], sso_enabled: false, disabled: false },
            ...{ api_only: true, force_password_reset: false },
          },
          ...{ available_teams: asAnn.available_teams, csrf_token: null },
        },
      ),
    },
  },
  'POST /me/password': {
    summary: 'Change your own password',
    description: 'All other sessions of yours end.',
    body: json(passwords, { old_password: 'a-long-Passphrase-7', new_password: 'another-Passphrase-8' }),
    replies: { 200: done },
  },
  'POST /logout': signOut,
  'GET /sessions': {
    summary: 'List sessions',
    description: "The latest first, at most 100. Admins may ask for another user's.",
    query: sessionsQuery,
    replies: {
      200: json(z.object({ sessions: z.array(session) }), {
        sessions: [
          {
            ...{ id: 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c', kind: 'cookie', current: true },
            ...{ created_at: '2026-03-01T12:00:00.000Z', last_used_at: '2026-03-01T12:31:00.000Z' },
            ...{ expires_at: '2026-03-06T12:00:00.000Z', address: '192.0.2.7', user_agent: 'Mozilla/5.0' },
          },
        ],
      }),
    },
  },
  'DELETE /sessions/current': signOut,
  'DELETE /sessions/:id': {
    summary: 'End a session',
    description: "One's own; admins end those of others, too.",
    params: { id: sessionId },
    replies: { 200: done },
  },
})
