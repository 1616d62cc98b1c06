import { derivedId } from '../../kernel/ids.ts'
import { cancelSome } from '../commands/cancelling.ts'
import type { CommandEvent } from '../commands/events.ts'
import type { Commands } from '../commands/state.ts'
import type { Enrollment } from '../enrollment/state.ts'
import type { Channel, Platform } from '../platforms.ts'
import { deviceChannel } from '../platforms.ts'
import type { DeclarationEvent } from './events.ts'

type Sees = Readonly<{ enrollment: Enrollment; commands: Commands }>

/** How long a host may take to fetch news of its declarations, ms. */
const waitMs = 90 * 24 * 60 * 60 * 1000

/** Tells a channel to fetch its declarations. One that waits for that already is not told twice. */
export const announcement = (
  { channel, token, now }: Readonly<{ channel: Channel; token: string; now: string }>,
  { enrollment, commands }: Sees,
): readonly (DeclarationEvent | CommandEvent)[] => {
  const cause = `${String(enrollment.enrollmentId)}/${String(enrollment.epoch)}/declarations/${token}/${now}`
  const commandId = derivedId(channel === deviceChannel ? cause : `${cause}/${channel}`)
  const deadline = new Date(Date.parse(now) + waitMs).toISOString()
  const waiting = [...commands.waiting].filter(
    ([, waits]) => waits.request.kind === 'sync-declarations' && waits.channel === channel && waits.sends === 0,
  )
  const request = { kind: 'sync-declarations' } as const
  const command = { commandId, channel, request, reason: { code: 'declarations-changed' }, deadline } as const
  return [
    ...cancelSome(
      commands,
      waiting.map(([id]) => id),
      'superseded',
    ),
    { type: 'DeclarationsAnnounced', data: { token, commandId, ...(channel !== deviceChannel && { channel }) } },
    { type: 'CommandsQueued', data: { commands: [command] } },
  ]
}

/** The first major version of each system with declarative management. */
const firstVersions: Partial<Readonly<Record<Platform, number>>> = { darwin: 13, ios: 15, ipados: 15 }

/** A host that keeps its version to itself is not told. */
export const canDeclare = ({ platform, facts }: Pick<Enrollment, 'platform' | 'facts'>): boolean => {
  const major = Number.parseInt(facts.osVersion ?? '', 10)
  return major >= (firstVersions[platform] ?? Infinity)
}
