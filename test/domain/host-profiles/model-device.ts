import type { Host } from '../../../src/domain/host/host.ts'
import { host } from '../../../src/domain/host/host.ts'
import type { HostCommand } from '../../../src/domain/host/host.ts'
import type { WaitingCommand } from '../../../src/domain/commands/state.ts'
import type { DesiredProfile } from '../../../src/domain/host-profiles/state.ts'
import { stateAfter } from '../../support/given.ts'
import { enrolled, opened, reconcileTo, reportOf, userChannel } from '../../support/host-stories.ts'

/** How a device takes a command: does it, puts it off, says that it failed, or does it and loses the answer until later. */
export type Mood = 'does' | 'defers' | 'fails' | 'mumbles'

type Report = Extract<HostCommand, { type: 'ReportCommand' }>

/** A host under its real rules, and an obvious device beside it that holds at most one profile per scope and identifier. */
export type Model = {
  state: Host
  readonly device: Map<string, string>
  readonly unsaid: Report[]
  readonly refusedToGo: Set<string>
  clashes: number
}

export const modelDevice = (): Model => ({
  state: stateAfter(host, [...enrolled('darwin'), opened('token-u', userChannel)]),
  device: new Map(),
  unsaid: [],
  refusedToGo: new Set(),
  clashes: 0,
})

/** Decides a command and remembers what follows. Answers whether anything did. */
export const tell = (model: Model, command: HostCommand): boolean => {
  const events = host.decide(command, model.state)
  model.state = stateAfter(host, events, model.state)
  return events.length > 0
}

export const reconcileModel = (model: Model, desired: readonly DesiredProfile[]): boolean => {
  const moved = tell(model, reconcileTo(desired))
  const targets = [...model.state.commands.waiting.values()].flatMap(({ request }) =>
    'identifier' in request ? [request.identifier] : [],
  )
  if (new Set(targets).size < targets.length) model.clashes++
  return moved
}

/** The device fetches its next command and takes it as its mood is; one that it has done before it only answers again. */
export const fetchNext = (model: Model, mood: Mood): void => {
  const next = [...model.state.commands.waiting].at(0)
  if (next === undefined) return
  const [commandId, waiting] = next
  tell(model, { type: 'SendCommand', data: { commandId } })
  const known = model.unsaid.find(({ data }) => data.commandId === commandId)
  if (known !== undefined) return void tell(model, known)
  if (mood === 'defers') return void tell(model, reportOf(commandId, 'deferred'))
  if (mood === 'fails' && waiting.request.kind === 'remove-profile')
    model.refusedToGo.add(placeOn(waiting.channel, waiting.request))
  const report = mood === 'fails' ? reportOf(commandId, 'failed', ['MDMClientError', 12]) : obeyed(model, commandId, waiting)
  if (mood === 'mumbles') model.unsaid.push(report)
  else tell(model, report)
}

/** Answers that were lost come after all, and twice. */
export const speakUp = (model: Model): void => {
  for (const report of model.unsaid.splice(0)) {
    tell(model, report)
    tell(model, report)
  }
}

export const placeOf = ({ scope, identifier }: Pick<DesiredProfile, 'scope' | 'identifier'>): string => `${scope} ${identifier}`

const obeyed = (model: Model, commandId: string, { channel, request }: WaitingCommand): Report => {
  if (request.kind === 'install-profile') {
    model.device.set(placeOf(request), request.checksum)
    return reportOf(commandId)
  }
  if (request.kind !== 'remove-profile') return reportOf(commandId)
  return model.device.delete(placeOn(channel, request))
    ? reportOf(commandId)
    : reportOf(commandId, 'failed', ['MDMClientError', 89])
}

const placeOn = (channel: string, { identifier }: Readonly<{ identifier: string }>): string =>
  placeOf({ scope: channel === 'device' ? 'System' : 'User', identifier })
