import type { App } from '../../app/app.ts'
import type { HostFacts } from '../../domain/enrollment/events.ts'
import type { DeclarationState } from '../../domain/declarations/events.ts'
import { host } from '../../domain/host/host.ts'
import type { Cause } from '../../kernel/event.ts'
import type { DeclarativeManagement } from '../../protocols/apple/check-in.ts'
import type { DeclarationSet } from '../../protocols/apple/declarations.ts'
import {
  activationIdOf,
  readEndpoint,
  writeDeclaration,
  writeDeclarationItems,
  writeTokens,
} from '../../protocols/apple/declarations.ts'
import type { DeclarationStatus } from '../../protocols/apple/status-report.ts'
import { readStatusReport } from '../../protocols/apple/status-report.ts'

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
      const data = {
        declarations: declarations?.map((one) => stateOf(one, declarations)) ?? null,
        items,
        facts: factsIn(items),
        full,
      }
      await execute(host, hostId, { type: 'ReportStatus', data }, cause)
      return { status: 200, json: null }
    }
    const { set, since } = await declarationsFor(hostId, channel)
    if (endpoint.kind === 'tokens') return { status: 200, json: writeTokens(set, since) }
    if (endpoint.kind === 'declaration-items') return { status: 200, json: writeDeclarationItems(set) }
    const json = writeDeclaration(set, endpoint)
    return json === null ? { status: 404 } : { status: 200, json }
  }

/**
 * What a report says of a declaration. One whose activation is not in force because its predicate is false is where it should be; management
 * declarations and assets never become active.
 */
const stateOf = (status: DeclarationStatus, all: readonly DeclarationStatus[]): DeclarationState => {
  const { kind, identifier, serverToken, active, valid, reasons } = status
  const detail = reasons.length === 0 ? null : reasons.map(({ code, description }) => `${code}: ${description}`).join('; ')
  const state = (told: DeclarationState['status'], why = detail): DeclarationState => ({
    identifier,
    token: serverToken,
    status: told,
    detail: why,
  })
  if (valid === 'invalid') return state('failed')
  if (kind === 'management' || kind === 'asset')
    return state(valid === 'valid' ? 'verified' : reasons.length > 0 ? 'failed' : 'verifying')
  if (active && valid === 'valid') return state('verified')
  const codes = reasons.map(({ code }) => code)
  if (codes.includes('Info.Predicate') || (codes.includes('Error.ActivationFailed') && isPredicateFalse(status, all)))
    return state('verified', 'The predicate of its activation is false on this host: the settings are not in force.')
  return state(codes.some((code) => code.startsWith('Error.')) ? 'failed' : 'verifying')
}

/** By the generated activation, or by the one that the reasons name. */
const isPredicateFalse = ({ identifier, reasons }: DeclarationStatus, all: readonly DeclarationStatus[]): boolean =>
  all.some(
    (one) =>
      one.kind === 'activation' &&
      (one.identifier === activationIdOf(identifier) || reasons.some(({ about }) => about.includes(one.identifier))) &&
      one.reasons.some(({ code }) => code === 'Info.Predicate'),
  )

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
