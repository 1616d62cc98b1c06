import type { DeclarationState } from '../../domain/declarations/events.ts'
import type { DeclarationSet, DeliveredDeclaration } from '../../protocols/apple/declarations.ts'
import { activationIdOf } from '../../protocols/apple/declarations.ts'
import { activatedBy } from '../../protocols/apple/declaration-upload.ts'
import type { DeclarationStatus } from '../../protocols/apple/status-report.ts'

/**
 * What a report says of each declaration. A configuration that is not in force has a say of its own only when it is invalid: else it takes the
 * outcome of what should put it in force. Which activations these are, the device need not say, so they are looked up in the set that it was
 * given; only then is `setOf` asked.
 * https://developer.apple.com/documentation/devicemanagement/statusmanagementdeclarations
 */
export const statesIn = async (
  all: readonly DeclarationStatus[],
  setOf: () => Promise<Readonly<{ set: DeclarationSet }>>,
): Promise<readonly DeclarationState[]> => {
  const isOpen = all.some(isWithoutEnd)
  const given = isOpen && all.some(({ kind, active }) => kind === 'activation' && !active) ? (await setOf()).set.declarations : []
  return all.map((status) => stateOf(status, all, given))
}

/** Neither in force nor refused by itself. */
const isWithoutEnd = ({ kind, valid, active }: DeclarationStatus): boolean =>
  kind === 'configuration' && valid !== 'invalid' && !(active && valid === 'valid')

/** Management declarations and assets never become active. */
const stateOf = (
  status: DeclarationStatus,
  all: readonly DeclarationStatus[],
  given: readonly DeliveredDeclaration[],
): DeclarationState => {
  const { kind, identifier, serverToken, active, valid, reasons } = status
  const detail = reasons.length === 0 ? null : reasons.map(({ code, description }) => `${code}: ${description}`).join('; ')
  const state = (told: DeclarationState['status'], why = detail): DeclarationState => ({
    ...{ identifier, token: serverToken },
    ...{ status: told, detail: why },
  })
  if (valid === 'invalid') return state('failed')
  if (kind === 'management' || kind === 'asset')
    return state(valid === 'valid' ? 'verified' : reasons.length > 0 ? 'failed' : 'verifying')
  if (active && valid === 'valid') return state('verified')
  if (saysPredicateFalse(status)) return state('verified', predicateFalse)
  const activations = kind === 'configuration' ? activationsOf(status, all, given) : []
  const idle = activations.filter((one) => !one.active)
  const broken = idle.find((one) => !saysPredicateFalse(one) && (one.valid === 'invalid' || hasError(one)))
  if (broken !== undefined) return state('failed', stateOf(broken, all, given).detail ?? detail)
  if (idle.length > 0 && idle.length === activations.length && idle.every(saysPredicateFalse))
    return state('verified', predicateFalse)
  return state(hasError(status) ? 'failed' : 'verifying')
}

const predicateFalse = 'The predicate of its activation is false on this host: the settings are not in force.'

/** By the reasons, by the set that the device was given, and the one that the server makes for a configuration. */
const activationsOf = (
  { identifier, reasons }: DeclarationStatus,
  all: readonly DeclarationStatus[],
  given: readonly DeliveredDeclaration[],
): readonly DeclarationStatus[] => {
  const named = new Set([
    activationIdOf(identifier),
    ...reasons.flatMap(({ about }) => about),
    ...given.flatMap(({ Type, Identifier, Payload }) =>
      activatedBy({ type: Type, payload: Payload }).includes(identifier) ? [Identifier] : [],
    ),
  ])
  return all.filter((one) => one.kind === 'activation' && named.has(one.identifier))
}

const saysPredicateFalse = ({ reasons }: DeclarationStatus): boolean => reasons.some(({ code }) => code === 'Info.Predicate')

const hasError = ({ reasons }: DeclarationStatus): boolean => reasons.some(({ code }) => code.startsWith('Error.'))
