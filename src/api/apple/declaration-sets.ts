import type { App } from '../../app/app.ts'
import type { Assigned } from '../../domain/declarations/state.ts'
import { isServed } from '../../domain/declarations/state.ts'
import { host } from '../../domain/host/host.ts'
import type { Host } from '../../domain/host/host.ts'
import { deviceChannel } from '../../domain/platforms.ts'
import { hostValuesOf, ofProfile } from '../../domain/settings/host-values.ts'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { profileContent } from '../../projections/profiles.ts'
import type { DeliveredDeclaration } from '../../protocols/apple/declarations.ts'
import { activationOf, declarationSet, deliveredSet, kindOf } from '../../protocols/apple/declarations.ts'
import { activatedBy, payloadAsWritten, readDeclaration } from '../../protocols/apple/declaration-upload.ts'
import { standingDeclarations } from '../../protocols/apple/standing-declarations.ts'
import { filled } from '../../protocols/filling/filled.ts'
import { secretNamesIn } from '../../protocols/filling/names.ts'
import { openSecrets } from '../secret-variables.ts'
import { valuesIn } from '../settings-values.ts'
import type { DeclarationsFor } from './declarative.ts'

/** How many declarations' texts are held in memory. */
const textsInMemory = 512

/**
 * What each channel is to declare: devices get the standing declarations, and each channel what the host's own stream says that it was given,
 * in the very version that it says. A set is as old as the enrollment of the host.
 */
export const declarationSets = (
  { load, read, blobs, vault }: Pick<App, 'load' | 'read' | 'blobs' | 'vault'>,
  organization: string,
): DeclarationsFor => {
  const standing = declarationSet(standingDeclarations({ organization })).declarations
  const texts = leastRecentlyUsed<string>(textsInMemory)

  const textOf = async (profileId: string, checksum: string): Promise<string> => {
    const key = `${profileId}/${checksum}`
    const known = texts.get(key)
    if (known !== undefined) return known
    const [row] = await read(profileContent(profileId, checksum))
    if (row === undefined) throw new Error(`The content ${checksum} of declaration ${profileId} is not in the read models.`)
    const text = Buffer.from(await blobs.fetch(row.content)).toString('utf8')
    texts.set(key, text)
    return text
  }

  const delivered = async (
    { profileId, identifier, checksum, token }: Assigned,
    { enrollment }: Host,
  ): Promise<DeliveredDeclaration> => {
    const values = { ...hostValuesOf(enrollment), ...ofProfile(profileId) }
    const text = await textOf(profileId, checksum)
    const secrets = await openSecrets({ load, vault }, secretNamesIn('declaration', text))
    const told = filled('declaration', text, valuesIn(secrets.values, values))
    const { type, payload } = readDeclaration(told)
    return { Type: type, Identifier: identifier, ServerToken: token, Payload: payload, payloadJson: payloadAsWritten(told) }
  }

  return async (hostId, channel) => {
    const { state } = await load(host, hostId)
    const mine = Object.values(state.declarations.assigned).filter((one) => one.channel === channel && isServed(one))
    const own = (await Promise.all(mine.map((one) => readable(delivered(one, state))))).flat()
    const set = deliveredSet([
      ...(channel === deviceChannel ? standing.filter(isNotSaidBy(own)) : []),
      ...own,
      ...activationsOf(own),
    ])
    return { set, since: new Date(state.enrollment.enrolledAt ?? 0) }
  }
}

/** What cannot be written for this host is left out: the others are declared all the same. */
const readable = async (declaration: Promise<DeliveredDeclaration>): Promise<readonly DeliveredDeclaration[]> => {
  try {
    return [await declaration]
  } catch (error) {
    if (error instanceof ParseError) return []
    throw error
  }
}

/** An activation for each configuration that no activation of the admin's own puts in force. */
const activationsOf = (own: readonly DeliveredDeclaration[]): readonly DeliveredDeclaration[] => {
  const activated = new Set(own.flatMap(({ Type, Payload }) => activatedBy({ type: Type, payload: Payload })))
  const left = own.filter(({ Type, Identifier }) => kindOf(Type) === 'configuration' && !activated.has(Identifier))
  return declarationSet(left.map(({ Identifier }) => activationOf(Identifier))).declarations
}

/** What an admin says of the organisation takes the place of what the server says. */
const isNotSaidBy =
  (own: readonly DeliveredDeclaration[]) =>
  ({ Type }: DeliveredDeclaration): boolean =>
    kindOf(Type) !== 'management' || own.every((one) => one.Type !== Type)

/** The token that hosts are told of when they have no declarations of their team. */
export const standingToken = (organization: string): string => declarationSet(standingDeclarations({ organization })).token
