import type { ConnectionOptions } from './connection.ts'
import { openConnection } from './connection.ts'

/** Signs a user in; answers a token for calls, good until the session ends. Throws `ApiError`. */
export const signIn = async (
  server: Omit<ConnectionOptions, 'token'>,
  credentials: Readonly<{ email: string; password: string }>,
): Promise<string> => {
  const connection = openConnection({ ...server, token: '' })
  try {
    return (await connection.json<Readonly<{ token: string }>>({ method: 'POST', path: '/login', json: credentials })).token
  } finally {
    connection.close()
  }
}
