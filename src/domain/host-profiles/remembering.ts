import type { QueuedCommand } from '../commands/events.ts'
import type { HostProfile, HostProfiles } from './state.ts'

/** The host's profiles after commands for some of them were queued. */
export const rememberQueued = (state: HostProfiles, commands: readonly QueuedCommand[]): HostProfiles =>
  commands.reduce((now, { commandId, request }) => {
    if (request.kind === 'install-profile') {
      const { profileId, identifier, checksum, scope } = request
      return { ...now, [profileId]: installing(now[profileId], { identifier, checksum, scope, commandId }) }
    }
    if (request.kind !== 'remove-profile' || request.profileId === null) return now
    const has = now[request.profileId]
    if (has === undefined) return now
    const leaving: HostProfile = { ...has, operation: 'remove', status: 'pending', commandId, ignoreError: request.ignoreError }
    return { ...now, [request.profileId]: leaving }
  }, state)

const installing = (
  had: HostProfile | undefined,
  what: Pick<HostProfile, 'identifier' | 'checksum' | 'scope' | 'commandId'>,
): HostProfile => ({
  ...what,
  operation: 'install',
  status: 'pending',
  failures: had?.checksum === what.checksum ? had.failures : 0,
  landed: had?.landed ?? false,
  ignoreError: false,
  resend: false,
})
