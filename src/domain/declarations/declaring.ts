import { derivedId } from '../../kernel/ids.ts'
import type { CommandEvent } from '../commands/events.ts'
import type { Commands } from '../commands/state.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { userChannelOf } from '../enrollment/state.ts'
import type { DesiredProfile } from '../host-profiles/state.ts'
import type { Channel } from '../platforms.ts'
import { deviceChannel } from '../platforms.ts'
import type { HostValues } from '../settings/host-values.ts'
import { renderingOf } from '../settings/host-values.ts'
import { announcement, canDeclare } from './announcing.ts'
import { possible } from './possible.ts'
import { dropped } from './silence.ts'
import type { Assigned, Declarations } from './state.ts'
import { isServed, saidOf } from './state.ts'
import type { AssignedDeclaration, DeclarationEvent } from './events.ts'

type Sees = Readonly<{ enrollment: Enrollment; commands: Commands; declarations: Declarations }>

/** `standing` is the token of the declarations that every host gets; null or absent: declarations are left alone. */
export type Ideal = Readonly<{
  desired: readonly DesiredProfile[]
  standing: string | null | undefined
  values: HostValues
  now: string
}>

/**
 * What must be done so that a host declares what its cohort wants: which declarations it is given and which are taken away, and on each
 * channel whose set changed, one word that there is news. Devices fetch by themselves. A device knows declarations by identifier and token: one
 * that it has already is not new to it under another id, and one whose identifier another takes over is no more.
 */
export const declared = (ideal: Ideal, sees: Sees): readonly (DeclarationEvent | CommandEvent)[] => {
  const { desired, standing, values, now } = ideal
  const { enrollment, declarations } = sees
  if (standing == null || enrollment.awaitingConfiguration) return []
  const has = declarations.assigned
  const user = userChannelOf(enrollment)
  const channels = [deviceChannel, ...(user === null ? [] : [user])]
  // What is only spared makes no difference to a host that does not have it.
  const there = desired.filter(({ mode, profileId }) => mode === undefined || has[profileId]?.operation === 'install')
  const wanted = there
    .filter(({ mode }) => mode !== 'kept')
    .map((one) => versionFor(one, { values, desired: there, user: user ?? deviceChannel }, declarations))
    .flatMap((one) => possible(one, { enrollment, now }))
  const spared = new Set(desired.filter(({ mode }) => mode === 'kept').map(({ profileId }) => profileId))
  const assigned = wanted.filter((one) => !isAsAssigned(one, has[one.profileId])).map((one) => withWhatIsTold(one, declarations))
  const others = Object.values(has).filter(({ profileId }) => !wanted.some((one) => one.profileId === profileId))
  const replaced = others.filter((one) => wanted.some((other) => isInPlaceOf(other, one)))
  const unreachable = others.filter((one) => !replaced.includes(one) && !channels.includes(one.channel))
  const unwanted = others
    .filter((one) => !replaced.includes(one) && !unreachable.includes(one))
    .filter(({ profileId, operation }) => operation === 'install' && !spared.has(profileId))
  // The host was never told of what it cannot have.
  const impossible = unwanted.filter(({ missing, refused }) => missing !== undefined || refused !== undefined)
  const withdrawn = unwanted.filter((one) => !impossible.includes(one)).map(({ profileId }) => profileId)
  const gone = new Set([...replaced, ...unreachable, ...impossible])
  const left = Object.fromEntries(Object.entries(has).filter(([, one]) => !gone.has(one)))
  const after = applied(left, { assigned, withdrawn }, now)
  return [
    ...dropped(replaced, 'replaced'),
    ...dropped(unreachable, 'no-user-channel'),
    ...dropped(impossible, 'never-given'),
    ...(assigned.length + withdrawn.length > 0 ? [{ type: 'DeclarationsAssigned', data: { assigned, withdrawn } } as const] : []),
    ...(canDeclare(enrollment) ? channels : []).flatMap((channel) =>
      news({ channel, token: tokenOf(after, channel, standing), now }, sees),
    ),
  ]
}

/** What a host has been given after an assignment at `at`, ISO 8601. */
export const applied = (
  has: Declarations['assigned'],
  { assigned, withdrawn }: Readonly<{ assigned: readonly AssignedDeclaration[]; withdrawn: readonly string[] }>,
  at: string,
): Declarations['assigned'] => ({
  ...has,
  ...Object.fromEntries(
    withdrawn.flatMap((profileId) => {
      const one = has[profileId]
      return one === undefined
        ? []
        : [[profileId, { ...one, operation: 'remove', status: 'pending', since: at } satisfies Assigned]]
    }),
  ),
  ...Object.fromEntries(
    assigned.map((one) => [one.profileId, { ...one, operation: 'install', status: statusOf(one), since: at } satisfies Assigned]),
  ),
})

const statusOf = ({ missing, refused, told }: AssignedDeclaration): Assigned['status'] =>
  missing !== undefined || refused !== undefined ? 'failed' : (told?.status ?? 'pending')

type Look = Readonly<{ values: HostValues; desired: Ideal['desired']; user: Channel }>

const versionFor = (
  { profileId, identifier, checksum, scope, secretsAt, variables, refersTo }: DesiredProfile,
  { values, desired, user }: Look,
  declarations: Declarations,
): AssignedDeclaration => {
  const has = declarations.assigned
  const rendering = renderingOf({ profileId, ...(variables && { variables }) }, values)
  const digest = rendering.kind === 'rendering' ? rendering.digest : 'missing'
  const channel = scope === 'User' ? user : deviceChannel
  const before = has[profileId] ?? Object.values(has).find((one) => isInPlaceOf({ profileId, identifier, channel }, one))
  const resends =
    (before?.resends ?? 0) + (before !== undefined && before.profileId !== profileId && isSilent(before, declarations) ? 1 : 0)
  const assets = refersTo === undefined ? '' : `/${versionsOf(refersTo, desired).join()}`
  const token = derivedId(`declaration/${checksum}/${secretsAt ?? ''}/${digest ?? ''}/${String(resends)}${assets}`)
  return {
    ...{ profileId, identifier, checksum, token, scope, channel },
    ...(resends > 0 && { resends }),
    ...(rendering.kind === 'missing' && { missing: rendering.variable }),
  }
}

type Place = Pick<AssignedDeclaration, 'profileId' | 'identifier' | 'channel'>

/** A channel has one declaration of an identifier. */
const isInPlaceOf = (one: Place, other: Place): boolean =>
  one.profileId !== other.profileId && one.identifier === other.identifier && one.channel === other.channel

/** The host never spoke of it and was given up: under the same token it would not fetch it again. */
const isSilent = (one: Assigned, declarations: Declarations): boolean =>
  one.status === 'failed' && isServed(one) && saidOf(one, declarations) === undefined

/** As the host said of this version already; as the same version stood under another id; or nothing, and the host is to fetch it. */
const withWhatIsTold = (one: AssignedDeclaration, declarations: Declarations): AssignedDeclaration => {
  const said = saidOf(one, declarations)
  if (said !== undefined) return { ...one, told: { status: said.status, detail: said.detail } }
  const same = Object.values(declarations.assigned).find(
    (other) => isInPlaceOf(one, other) && other.token === one.token && other.operation === 'install',
  )
  return same?.status === 'verifying' ? { ...one, told: { status: 'verifying', detail: null } } : one
}

/** What a declaration is made of besides itself: another version of an asset makes it another. */
const versionsOf = (identifiers: readonly string[], desired: Ideal['desired']): readonly string[] =>
  desired
    .filter(({ identifier }) => identifiers.includes(identifier))
    .map(({ identifier, checksum, secretsAt }) => `${identifier} ${checksum} ${secretsAt ?? ''}`)
    .sort()

const isAsAssigned = (one: AssignedDeclaration, has: Assigned | undefined): boolean =>
  has?.operation === 'install' &&
  has.token === one.token &&
  has.channel === one.channel &&
  has.refused?.because === one.refused?.because

/** The token over all that a channel is to have. The device channel has the standing declarations too. */
const tokenOf = (has: Declarations['assigned'], channel: Channel, standing: string): string | null => {
  const served = Object.values(has)
    .filter((one) => one.channel === channel && isServed(one))
    .map(({ identifier, token }) => `${identifier} ${token}`)
    .sort()
  if (channel === deviceChannel) return served.length === 0 ? standing : derivedId(`${standing}\n${served.join('\n')}`)
  return served.length === 0 ? null : derivedId(served.join('\n'))
}

/** A user channel that never had declarations hears nothing; one that has none any more is told so once. */
const news = (
  { channel, token, now }: Readonly<{ channel: Channel; token: string | null; now: string }>,
  sees: Sees,
): readonly (DeclarationEvent | CommandEvent)[] => {
  const last = sees.declarations.announced[channel]
  if (token === null && (last === undefined || last === none)) return []
  return last === (token ?? none) ? [] : announcement({ channel, token: token ?? none, now }, sees)
}

const none = 'none'
