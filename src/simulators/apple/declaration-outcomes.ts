/** What a device needs to know of a declaration that it holds. */
export type Held = Readonly<{ type: string; identifier: string; valid: boolean; written: string }>

/** How a declaration stands, in the words of a status report. */
export type DeclarationOutcome = Readonly<{
  active: boolean
  valid: 'valid' | 'invalid'
  reasons?: readonly Readonly<{ code: string; description: string }>[]
}>

/**
 * How a declaration stands among the others: a configuration is in force by an activation whose predicate is true, and needs the assets that it
 * names; assets and management declarations never become active.
 * https://developer.apple.com/documentation/devicemanagement/activationsimple
 * https://developer.apple.com/documentation/devicemanagement/statusmanagementdeclarations
 */
export const outcomeOf = (one: Held, all: readonly Held[]): DeclarationOutcome => {
  if (!one.valid) return invalid('Error.ConfigurationCannotBeApplied', 'It was told to fail.')
  const kind = kindOf(one)
  if (kind === 'activation') return outcomeOfActivation(one, all)
  const missing = kind === 'configuration' ? assetsOf(payloadOf(one)).filter((name) => !has(all, 'asset', name)) : []
  if (missing.length > 0) return invalid('Error.MissingAssets', `It names ${missing.join(', ')}, which the device does not have.`)
  if (kind !== 'configuration') return { active: false, valid: 'valid' }
  const activations = all.filter((other) => kindOf(other) === 'activation' && namedBy(other).includes(one.identifier))
  if (activations.length === 0) return idle('Info.NotReferencedByActivation', 'No activation names the configuration.')
  return { active: activations.some((activation) => outcomeOf(activation, all).active), valid: 'valid' }
}

const outcomeOfActivation = (one: Held, all: readonly Held[]): DeclarationOutcome => {
  const missing = namedBy(one).filter((name) => !has(all, 'configuration', name))
  if (missing.length > 0)
    return invalid('Error.MissingConfigurations', `It names ${missing.join(', ')}, which the device does not have.`)
  // The one predicate that a simulated device can tell.
  return payloadOf(one)['Predicate'] === 'FALSEPREDICATE'
    ? idle('Info.Predicate', 'The predicate is false.')
    : { active: true, valid: 'valid' }
}

const invalid = (code: string, description: string): DeclarationOutcome => ({
  active: false,
  valid: 'invalid',
  reasons: [{ code, description }],
})

const idle = (code: string, description: string): DeclarationOutcome => ({
  active: false,
  valid: 'valid',
  reasons: [{ code, description }],
})

const kindOf = ({ type }: Held): string => type.split('.')[2] ?? ''

const has = (all: readonly Held[], kind: string, identifier: string): boolean =>
  all.some((one) => kindOf(one) === kind && one.identifier === identifier)

const payloadOf = ({ written }: Held): Readonly<Record<string, unknown>> =>
  (JSON.parse(written) as Readonly<{ Payload: Readonly<Record<string, unknown>> }>).Payload

const namedBy = (activation: Held): readonly string[] => texts(payloadOf(activation)['StandardConfigurations'])

const assetsOf = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (/AssetReferences?$/.test(key) ? texts(inner) : assetsOf(inner)))
}

const texts = (value: unknown): readonly string[] => [value].flat().filter((one) => typeof one === 'string')
