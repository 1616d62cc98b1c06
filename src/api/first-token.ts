import { createHash, randomBytes } from 'node:crypto'
import type { App } from '../app/app.ts'
import { server, theServer } from '../domain/server/server.ts'
import { Rejection } from '../kernel/rejection.ts'
import { startCause } from './authority.ts'

/** The first admin token, made when there is none at all. It is answered once and stored as a hash. */
export const theToken = async ({ execute, load }: Pick<App, 'execute' | 'load'>): Promise<string | null> => {
  const { state } = await load(server, theServer)
  if (Object.keys(state.tokens).length > 0) return null
  const token = randomBytes(32).toString('base64url')
  const tokenHash = createHash('sha256').update(token).digest('hex')
  const command = { type: 'IssueApiToken', data: { name: 'first', role: 'admin', tokenHash } } as const
  try {
    await execute(server, theServer, command, startCause())
    return token
  } catch (error) {
    // Another process of the same server was first.
    if (error instanceof Rejection && error.code === 'name-taken') return null
    throw error
  }
}
