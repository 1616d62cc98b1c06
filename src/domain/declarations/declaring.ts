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
import type { Assigned, Declarations } from './state.ts'
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
 * channel whose set changed, one word that there is news. Devices fetch by themselves.
 */
export const declared = (ideal: Ideal, sees: Sees): readonly (DeclarationEvent | CommandEvent)[] => {
  const { desired, standing, values, now } = ideal
  if (standing == null || sees.enrollment.awaitingConfiguration || !canDeclare(sees.enrollment)) return []
  const has = sees.declarations.assigned
  const user = userChannelOf(sees.enrollment)
  // What is only spared makes no difference to a host that does not have it.
  const there = desired.filter(({ mode, profileId }) => mode === undefined || has[profileId]?.operation === 'install')
  const wanted = there
    .filter(({ mode, scope }) => mode !== 'kept' && (scope === 'System' || user !== null))
    .map((one) => versionFor(one, { values, desired: there, user: user ?? deviceChannel }, has[one.profileId]))
  const spared = new Set(desired.filter(({ mode }) => mode === 'kept').map(({ profileId }) => profileId))
  const assigned = wanted.filter((one) => !isAsAssigned(one, has[one.profileId]))
  const withdrawn = Object.entries(has)
    .filter(([profileId, { operation }]) => operation === 'install' && !spared.has(profileId))
    .filter(([profileId]) => !wanted.some((one) => one.profileId === profileId))
    .map(([profileId]) => profileId)
  const changed = assigned.length + withdrawn.length > 0
  const after = changed ? applied(has, { assigned, withdrawn }) : has
  const channels = [deviceChannel, ...(user === null ? [] : [user])]
  return [
    ...(changed ? [{ type: 'DeclarationsAssigned', data: { assigned, withdrawn } } as const] : []),
    ...channels.flatMap((channel) => news({ channel, token: tokenOf(after, channel, standing), now }, sees)),
  ]
}

/** What a host has been given after an assignment. */
export const applied = (
  has: Declarations['assigned'],
  { assigned, withdrawn }: Readonly<{ assigned: readonly AssignedDeclaration[]; withdrawn: readonly string[] }>,
): Declarations['assigned'] => ({
  ...has,
  ...Object.fromEntries(
    withdrawn.flatMap((profileId) => {
      const one = has[profileId]
      return one === undefined ? [] : [[profileId, { ...one, operation: 'remove', status: 'pending' } satisfies Assigned]]
    }),
  ),
  ...Object.fromEntries(
    assigned.map((one) => [
      one.profileId,
      { ...one, operation: 'install', status: one.missing ? 'failed' : 'pending' } satisfies Assigned,
    ]),
  ),
})

const versionFor = (
  { profileId, identifier, checksum, scope, secretsAt, variables, refersTo }: DesiredProfile,
  { values, desired, user }: Readonly<{ values: HostValues; desired: Ideal['desired']; user: Channel }>,
  has: Assigned | undefined,
): AssignedDeclaration => {
  const rendering = renderingOf({ profileId, ...(variables && { variables }) }, values)
  const digest = rendering.kind === 'rendering' ? rendering.digest : 'missing'
  const resends = has?.resends ?? 0
  const assets = refersTo === undefined ? '' : `/${versionsOf(refersTo, desired).join()}`
  const token = derivedId(`declaration/${checksum}/${secretsAt ?? ''}/${digest ?? ''}/${String(resends)}${assets}`)
  return {
    ...{ profileId, identifier, checksum, token, scope },
    channel: scope === 'User' ? user : deviceChannel,
    ...(resends > 0 && { resends }),
    ...(rendering.kind === 'missing' && { missing: rendering.variable }),
  }
}

/** What a declaration is made of besides itself: another version of an asset makes it another. */
const versionsOf = (identifiers: readonly string[], desired: Ideal['desired']): readonly string[] =>
  desired
    .filter(({ identifier }) => identifiers.includes(identifier))
    .map(({ identifier, checksum, secretsAt }) => `${identifier} ${checksum} ${secretsAt ?? ''}`)
    .sort()

const isAsAssigned = (one: AssignedDeclaration, has: Assigned | undefined): boolean =>
  has?.operation === 'install' && has.token === one.token && has.channel === one.channel

/** The token over all that a channel is to have. The device channel has the standing declarations too. */
const tokenOf = (has: Declarations['assigned'], channel: Channel, standing: string): string | null => {
  const served = Object.values(has)
    .filter((one) => one.channel === channel && one.operation === 'install' && one.missing === undefined)
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
