import type { App } from '../../app/app.ts'
import { certificate } from '../../domain/certificates/certificate.ts'
import type { Identity } from '../../domain/enrollment/commands.ts'
import type { EnrollmentTerms } from '../../domain/enrollment/terms.ts'
import { host } from '../../domain/host/host.ts'
import type { Cause, Position } from '../../kernel/event.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { readCheckIn } from '../../protocols/apple/check-in.ts'
import { arrivalOf, hostOf, sealedBootstrapToken, sealedToken } from '../apple/check-in.ts'

/** What another server knows of an enrollment beside its check-ins. */
export type Imported = Readonly<{
  /** SHA-256 of the identity certificate, lower-case hex; null: not known. */
  fingerprint: string | null
  notAfter: string | null
  /** What the enrollment profile said; null: not known, and the identity cannot be renewed from here. */
  terms: EnrollmentTerms | null
}>

const nothingMore: Imported = { fingerprint: null, notAfter: null, terms: null }

type Ports = Pick<App, 'execute' | 'load' | 'vault'> & Readonly<{ topics: () => Promise<readonly string[]> }>

/**
 * Takes in a check-in that a device once sent to another server: `Authenticate`, `TokenUpdate` or `SetBootstrapToken`, as a plist. The same
 * once more changes nothing, and a host that has come by itself meanwhile is left alone. Throws `ParseError`, `Rejection`.
 */
export const importCheckIn = async (
  ports: Ports,
  body: Uint8Array,
  cause: Cause,
  more: Imported = nothingMore,
): Promise<Readonly<{ hostId: string; position: Position | null }>> => {
  const message = readCheckIn(body)
  const hostId = hostOf(message.ids)
  if (message.MessageType === 'SetBootstrapToken') {
    if (message.BootstrapToken === null) throw new ParseError('BootstrapToken', 'BootstrapToken is missing.')
    const { state } = await ports.load(host, hostId)
    if (state.escrow.bootstrapToken !== null) return { hostId, position: null }
    const token = await sealedBootstrapToken(ports, hostId, message.BootstrapToken)
    const { position } = await ports.execute(host, hostId, { type: 'EscrowBootstrapToken', data: { token } }, cause)
    return { hostId, position }
  }
  if (message.MessageType !== 'Authenticate' && message.MessageType !== 'TokenUpdate')
    throw new ParseError('MessageType', 'Only Authenticate, TokenUpdate and SetBootstrapToken can be brought over.')
  await mustKnowTopic(ports, message.Topic)
  const { enrollment } = (await ports.load(host, hostId)).state
  const identity: Identity = {
    certificate: more.fingerprint ?? enrollment.certificate ?? '',
    notAfter: more.notAfter ?? enrollment.notAfter,
    terms: more.terms ?? enrollment.terms,
  }
  if (message.MessageType === 'Authenticate') {
    if (message.ids.parentId !== null) throw new ParseError('UserID', "Authenticate is the device's, not a user's.")
    await bind(ports, more.fingerprint, { hostId, enrollmentId: message.ids.enrollmentId }, cause)
    const data = { ...arrivalOf(message), identity, imported: true }
    const { position } = await ports.execute(host, hostId, { type: 'Authenticate', data }, cause)
    return { hostId, position }
  }
  const data = { ...(await sealedToken(ports, message)), identity, imported: true }
  const { position } = await ports.execute(host, hostId, { type: 'UpdateToken', data }, cause)
  return { hostId, position }
}

const mustKnowTopic = async ({ topics }: Ports, topic: string): Promise<void> => {
  if (!(await topics()).includes(topic))
    throw new ParseError(
      'Topic',
      `The topic ${topic} is not this server's: upload the push certificate of the other server first.`,
    )
}

/** So that the device is known by its certificate when it comes. */
const bind = async (
  { execute }: Ports,
  fingerprint: string | null,
  data: Readonly<{ hostId: string; enrollmentId: string }>,
  cause: Cause,
): Promise<void> => {
  if (fingerprint !== null) await execute(certificate, fingerprint, { type: 'BindCertificate', data }, cause)
}
