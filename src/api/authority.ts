import { randomUUID } from 'node:crypto'
import type { App } from '../app/app.ts'
import { server, theServer } from '../domain/server/server.ts'
import type { Cause } from '../kernel/event.ts'
import { createAuthority, createIdentity } from '../protocols/x509/authority.ts'
import { nameOf } from '../protocols/x509/names.ts'
import type { Authority } from '../protocols/x509/open-authority.ts'

type Ports = Pick<App, 'execute' | 'load' | 'vault' | 'clock'>

const sealContext = 'authority-key'

/** Ten years: as long as an authority may live; the identities that it issues live one. */
const authorityYears = 10

/** The server's certificate authority; made at the first start. Of several processes that start at once, one makes it. */
export const theAuthority = async (
  { execute, load, vault, clock }: Ports,
  wish: Readonly<{ organization: string; keyBits: number }>,
): Promise<Authority> => {
  const { state } = await load(server, theServer)
  if (state.authority === null) {
    const made = await createAuthority({
      ...wish,
      commonName: `${wish.organization} device CA`,
      years: authorityYears,
      now: clock(),
    })
    const key = await vault.seal('server', sealContext, Buffer.from(made.keyPem))
    await execute(
      server,
      theServer,
      { type: 'CreateAuthority', data: { certificatePem: made.certificatePem, key } },
      startCause(),
    )
  }
  const { authority } = state.authority === null ? (await load(server, theServer)).state : state
  if (authority === null) throw new Error('The certificate authority could not be made.')
  const keyPem = Buffer.from(await vault.open('server', sealContext, authority.key)).toString()
  return { certificatePem: authority.certificatePem, keyPem }
}

/** A certificate for the server itself: TLS and the signing of enrollment profiles. Made anew at each start, never stored. */
export const serverIdentity = async (authority: Authority, publicUrl: string, clock: App['clock']) => {
  const { hostname } = new URL(publicUrl)
  const isAddress = /^[\d.]+$|^\[/.test(hostname)
  const now = clock().getTime()
  return createIdentity({
    authority,
    subject: nameOf({ commonName: hostname }),
    notBefore: new Date(now - 10 * 60_000),
    notAfter: new Date(now + 397 * 24 * 60 * 60_000),
    extKeyUsage: 'serverAuth',
    san: isAddress
      ? { ip: [hostname.replaceAll(/[[\]]/g, '')] }
      : { dns: [...new Set([hostname, 'localhost'])], ip: ['127.0.0.1'] },
  })
}

/** What the server does of its own accord, at start. */
export const startCause = (): Cause => {
  const id = randomUUID()
  return { id, actor: { kind: 'server', id: 'start' }, correlationId: id, causationId: id }
}
