import { derivedId } from '../../kernel/ids.ts'
import { cancelSome } from '../commands/cancelling.ts'
import type { CommandEvent } from '../commands/events.ts'
import type { Commands } from '../commands/state.ts'
import type { Enrollment } from '../enrollment/state.ts'
import type { Platform } from '../platforms.ts'
import { deviceChannel } from '../platforms.ts'
import type { Declarations } from './declarations.ts'
import type { DeclarationEvent } from './events.ts'

type Sees = Readonly<{ enrollment: Enrollment; commands: Commands; declarations: Declarations }>

/** How long a host may take to fetch news of its declarations, ms. */
const waitMs = 90 * 24 * 60 * 60 * 1000

/**
 * Tells the host to fetch its declarations when these are not what it was last told of. One that waits for that already is not told twice;
 * one that stands in its setup assistant would not listen.
 */
export const announced = (
  token: string | null | undefined,
  { enrollment, commands, declarations }: Sees,
  now: string,
): readonly (DeclarationEvent | CommandEvent)[] => {
  if (token == null || declarations.announced === token) return []
  if (enrollment.awaitingConfiguration || !canDeclare(enrollment)) return []
  const commandId = derivedId(`${String(enrollment.enrollmentId)}/${String(enrollment.epoch)}/declarations/${token}/${now}`)
  const deadline = new Date(Date.parse(now) + waitMs).toISOString()
  const waiting = [...commands.waiting].filter(([, { request, sent }]) => request.kind === 'sync-declarations' && !sent)
  const request = { kind: 'sync-declarations' } as const
  const command = { commandId, channel: deviceChannel, request, reason: { code: 'declarations-changed' }, deadline } as const
  return [
    ...cancelSome(
      commands,
      waiting.map(([id]) => id),
      'superseded',
    ),
    { type: 'DeclarationsAnnounced', data: { token, commandId } },
    { type: 'CommandsQueued', data: { commands: [command] } },
  ]
}

/** The first major version of each system with declarative management. */
const firstVersions: Readonly<Record<Platform, number>> = { darwin: 13, ios: 15, ipados: 15 }

/** A host that keeps its version to itself is not told. */
const canDeclare = ({ platform, facts }: Enrollment): boolean => {
  const major = Number.parseInt(facts.osVersion ?? '', 10)
  return major >= firstVersions[platform]
}
