import type { App } from '../../app/app.ts'
import type { HostFacts } from '../../domain/enrollment/events.ts'
import { host } from '../../domain/host/host.ts'
import type { Cause } from '../../kernel/event.ts'
import type { DeclarativeManagement } from '../../protocols/apple/check-in.ts'
import type { DeclarationSet } from '../../protocols/apple/declarations.ts'
import { readEndpoint, writeDeclaration, writeDeclarationItems, writeTokens } from '../../protocols/apple/declarations.ts'
import { readStatusReport } from '../../protocols/apple/status-report.ts'
import { statesIn } from './declaration-states.ts'

/** What a device's question about its declarations is answered with: JSON, nothing (for a report), or 404. */
export type DeclarativeReply = Readonly<{ status: 200; json: string | null }> | Readonly<{ status: 404 }>

/** Which declarations a channel is to have, and since when. */
export type DeclarationsFor = (hostId: string, channel: string) => Promise<Readonly<{ set: DeclarationSet; since: Date }>>

/** Answers DeclarativeManagement. https://developer.apple.com/documentation/devicemanagement/declarativemanagementrequest */
export const declarativeManagement =
  ({ execute }: Pick<App, 'execute'>, declarationsFor: DeclarationsFor) =>
  async (
    { Endpoint, Data }: DeclarativeManagement,
    { hostId, channel }: Readonly<{ hostId: string; channel: string }>,
    cause: Cause,
  ): Promise<DeclarativeReply> => {
    const endpoint = readEndpoint(Endpoint)
    if (endpoint === null) return { status: 404 }
    if (endpoint.kind === 'status') {
      const { declarations, items, full } = readStatusReport(Data ?? Buffer.from(''))
      const told = declarations === null ? null : await statesIn(declarations, () => declarationsFor(hostId, channel))
      const data = { declarations: told, items, facts: factsIn(items), full, channel }
      await execute(host, hostId, { type: 'ReportStatus', data }, cause)
      return { status: 200, json: null }
    }
    const { set, since } = await declarationsFor(hostId, channel)
    if (endpoint.kind === 'tokens') return { status: 200, json: writeTokens(set, since) }
    if (endpoint.kind === 'declaration-items') return { status: 200, json: writeDeclarationItems(set) }
    const json = writeDeclaration(set, endpoint)
    return json === null ? { status: 404 } : { status: 200, json }
  }

const factNames = {
  'device.identifier.serial-number': 'serial',
  'device.model.identifier': 'productName',
  'device.operating-system.version': 'osVersion',
  'device.operating-system.build-version': 'buildVersion',
} as const satisfies Readonly<Record<string, keyof HostFacts>>

const factsIn = (items: Readonly<Record<string, string | number | boolean>>): HostFacts =>
  Object.fromEntries(
    Object.entries(factNames).flatMap(([name, fact]) => {
      const value = items[name]
      return typeof value === 'string' && value !== '' ? [[fact, value.slice(0, 255)]] : []
    }),
  )
