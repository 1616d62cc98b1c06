import type { App } from '../../app/app.ts'
import { host } from '../../domain/host/host.ts'
import { agentChannel, deviceChannel } from '../../domain/platforms.ts'
import { standingOfWindows } from '../../projections/windows-enrollments.ts'
import type { Agent } from '../agents/known-agents.ts'
import type { NothingWaiting } from '../apple/settings.ts'
import { paths } from './settings.ts'

/**
 * How Windows hosts come under management. `manual`: only as people do it. `agent`: agents enroll hosts that nobody manages. `migrate`: also those that
 * another server manages. `off`: agents take hosts away from this server; what is left is served until it has gone.
 */
export type WindowsManagement = 'manual' | 'agent' | 'migrate' | 'off'

/** What orbit is to do with the management of its host, in its own words; an agent only hears of what it says it can do. */
export type AgentNotes = (
  agent: Agent,
  capabilities: string,
) => Promise<Readonly<Record<string, boolean | string | readonly string[]>>>

export const agentNotes = (
  { read, load }: Pick<App, 'read' | 'load'>,
  {
    management,
    publicUrl,
    nothingWaiting,
  }: Readonly<{
    management: WindowsManagement
    publicUrl: string
    nothingWaiting: Pick<NothingWaiting, 'isKnown' | 'asking' | 'remember'>
  }>,
): AgentNotes => {
  const comeHere = {
    needs_programmatic_windows_mdm_enrollment: true,
    windows_mdm_discovery_endpoint: `${publicUrl}${paths.discovery[1] ?? ''}`,
  }
  /** The host's own stream decides: the read model may be behind, and no script runs twice. */
  const stillWaiting = async (hostId: string, scripts: readonly string[]): Promise<readonly string[]> => {
    const { commands } = (await load(host, hostId)).state
    return scripts.filter((id) => commands.waiting.has(id))
  }

  return async ({ hostId, platform }, capabilities) => {
    // A host on which nothing waits is enrolled: it called.
    const isIdle = nothingWaiting.isKnown(hostId, deviceChannel) && nothingWaiting.isKnown(hostId, agentChannel)
    if (platform !== 'windows' || (management !== 'off' && isIdle)) return {}
    const asked = nothingWaiting.asking(hostId)
    const [standing] = await read(standingOfWindows(hostId))
    if (standing === undefined) return {}
    if (standing.scripts.length === 0) nothingWaiting.remember(hostId, agentChannel, asked)
    const waiting = standing.scripts.length === 0 ? [] : await stillWaiting(hostId, standing.scripts)
    const scripts = waiting.length === 0 ? {} : { pending_script_execution_ids: waiting }
    if (standing.enrolled) {
      if (management === 'off') return { ...scripts, needs_programmatic_windows_mdm_unenrollment: true }
      const maySync = standing.waiting && capabilities.split(',').includes('windows_mdm_sync')
      return { ...scripts, ...(maySync && { windows_mdm_sync_request: true }) }
    }
    if ((management !== 'agent' && management !== 'migrate') || standing.barred) return scripts
    // What the agent saw last; until it did, nothing is known of another server, and none is pushed out by accident.
    if (standing.managed_elsewhere === null) return {}
    if (!standing.managed_elsewhere) return comeHere
    return management === 'migrate' ? { needs_mdm_migration: true } : {}
  }
}
