import type { App } from '../../app/app.ts'
import type { CommandOutcome, DeviceError } from '../../domain/commands/events.ts'
import type { Request } from '../../domain/commands/requests.ts'
import { host } from '../../domain/host/host.ts'
import { agentChannel } from '../../domain/platforms.ts'
import type { Cause } from '../../kernel/event.ts'
import { erased } from '../../kernel/projection.ts'
import { recently } from '../../kernel/recent.ts'
import { waitingCommands } from '../../projections/waiting-commands.ts'
import { lockScript, unlockScript } from '../../protocols/osquery/lock-scripts.ts'
import type { ScriptResult } from '../../protocols/osquery/orbit.ts'
import { refuse } from '../errors.ts'

/** Scripts for the agent of a host: commands on the channel `agent`, fetched by their id and answered for like any other. */
export type AgentScripts = Readonly<{
  /** The script of this id, which waits for the host; 404 when none does. Fetching it again gives it again. */
  fetch: (hostId: string, executionId: string, cause: Cause) => Promise<string>
  /** Takes in what came of it. A result that comes twice changes nothing. */
  report: (hostId: string, result: ScriptResult, cause: Cause) => Promise<void>
}>

const applied = [erased(waitingCommands)]

/** What an agent can be asked to run. Null: no script does it. */
const scriptOf = ({ kind }: Request): string | null => {
  if (kind === 'lock') return lockScript
  return kind === 'unlock' ? unlockScript : null
}

export const agentScripts = (app: Pick<App, 'load' | 'execute' | 'applyNow' | 'blobs'>): AgentScripts => ({
  fetch: async (hostId, executionId, cause) => {
    const waiting = (await app.load(host, hostId)).state.commands.waiting.get(executionId)
    const script = waiting?.channel === agentChannel ? scriptOf(waiting.request) : null
    if (script === null) return refuse(404, 'execution_id', 'No script of this id waits for the host.')
    const { events } = await app.execute(host, hostId, { type: 'SendCommand', data: { commandId: executionId } }, cause)
    if (events.length > 0) await app.applyNow(applied, events)
    return script
  },

  report: async (hostId, { executionId, output, exitCode, timedOut }, cause) => {
    const { waiting, settled } = (await app.load(host, hostId)).state.commands
    if (waiting.get(executionId)?.channel !== agentChannel && recently(settled, executionId) === undefined)
      return refuse(404, 'execution_id', 'No script of this id was given to the host.')
    const outcome: CommandOutcome = exitCode === 0 && !timedOut ? 'acknowledged' : 'failed'
    const errors: readonly DeviceError[] =
      outcome === 'acknowledged'
        ? []
        : [{ code: exitCode ?? -1, domain: 'script', description: whyNot(exitCode, timedOut, output) }]
    const result = output === '' ? null : await app.blobs.keepSealed(hostId, `result/${executionId}`, Buffer.from(output), cause)
    const data = { commandId: executionId, outcome, errors, result }
    const { events } = await app.execute(host, hostId, { type: 'ReportCommand', data }, cause)
    if (events.length > 0) await app.applyNow(applied, events)
  },
})

/** -1 and -2 are the agent's own. */
const whyNot = (exitCode: number | null, timedOut: boolean, output: string): string => {
  if (timedOut) return 'The script took too long and was stopped.'
  if (exitCode === -2) return 'The agent on the host may not run scripts.'
  const [last = ''] = output.trim().split('\n').slice(-1)
  return `The script ended with ${exitCode === null ? 'nothing' : String(exitCode)}${last === '' ? '' : `: ${last.slice(0, 200)}`}.`
}
