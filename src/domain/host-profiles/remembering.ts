import type { QueuedCommand } from '../commands/events.ts'
import type { HostProfile, HostProfiles } from './state.ts'
import { mayBeThere } from './state.ts'

/** The host's profiles after commands for some of them were queued. */
export const rememberQueued = (state: HostProfiles, commands: readonly QueuedCommand[]): HostProfiles =>
  commands.reduce((now, { commandId, request }) => {
    if (request.kind === 'install-profile') {
      const { profileId, identifier, checksum, scope, secretsAt, rendering } = request
      const what = { identifier, checksum, scope, commandId, ...(secretsAt && { secretsAt }), ...(rendering && { rendering }) }
      return { ...now, [profileId]: installing(now, profileId, what) }
    }
    if (request.kind !== 'remove-profile' || request.profileId === null) return now
    const has = now[request.profileId]
    if (has === undefined) return now
    const { ignoreError } = request
    const leaving: HostProfile = { ...has, operation: 'remove', status: 'pending', commandId, ignoreError, stood: has.status }
    return { ...now, [request.profileId]: leaving }
  }, state)

/** Should this installation fail, what was in its place before is still there, be it another profile that is about to be forgotten. */
const installing = (
  now: HostProfiles,
  profileId: string,
  what: Pick<HostProfile, 'identifier' | 'checksum' | 'scope' | 'commandId' | 'secretsAt' | 'rendering'>,
): HostProfile => {
  const had = now[profileId]
  const before = Object.values(now).filter(({ identifier, scope }) => identifier === what.identifier && scope === what.scope)
  return {
    ...what,
    operation: 'install',
    status: 'pending',
    failures: had?.checksum === what.checksum ? had.failures : 0,
    misses: had?.checksum === what.checksum && !had.resend ? (had.misses ?? 0) : 0,
    landed: before.some(mayBeThere),
    ignoreError: false,
    resend: false,
  }
}
