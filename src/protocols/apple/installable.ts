import { ParseError } from '../../kernel/parse-error.ts'
import { dictOf, list } from '../plist/fields.ts'
import type { PlistDict } from '../plist/value.ts'

/**
 * Refuses what no device installs when its server sends it, so that it is told at the upload and not by every device. Throws `ParseError` that
 * names the key at fault. What is encrypted is not looked into.
 * https://developer.apple.com/documentation/devicemanagement/toplevel
 * https://developer.apple.com/documentation/devicemanagement/commonpayloadkeys
 */
export const mustBeInstallable = (profile: PlistDict): void => {
  mustHave(profile, ['PayloadUUID'], { prefix: '', what: 'the profile' })
  if (profile['PayloadVersion'] !== 1)
    refuse('PayloadVersion', `The PayloadVersion of the profile is ${shown(profile['PayloadVersion'])}; devices take only 1.`)
  const payloads =
    profile['IsEncrypted'] === true ? [] : list(profile, 'PayloadContent').map((item) => dictOf(item, 'PayloadContent'))
  for (const [index, payload] of payloads.entries()) {
    const what = `payload ${String(index + 1)}`
    mustHave(payload, ['PayloadType', 'PayloadIdentifier', 'PayloadUUID'], { prefix: 'PayloadContent.', what })
    if (!Number.isSafeInteger(payload['PayloadVersion']))
      refuse('PayloadContent.PayloadVersion', `The PayloadVersion of ${what} is missing or no integer; devices need it.`)
    mustBeSendable(payload, what)
  }
  const all = [profile, ...payloads]
  mustBeUnlike(all, 'PayloadUUID', 'each payload and the profile need UUIDs of their own')
  mustBeUnlike(payloads, 'PayloadIdentifier', 'within a profile each payload needs its own')
}

/** Payloads that devices take by other ways only. */
const notByMdm: Readonly<Record<string, string>> = {
  // https://developer.apple.com/documentation/devicemanagement/mdm
  'com.apple.mdm': 'it is what enrolls a device, and a device that is enrolled takes no other',
  // https://developer.apple.com/documentation/devicemanagement/declarations-payload
  'com.apple.declarations': 'it can only be installed by hand; upload the declarations themselves',
}

const mustBeSendable = ({ PayloadType: type }: PlistDict, what: string): void => {
  if (typeof type !== 'string' || !Object.hasOwn(notByMdm, type)) return
  const why = notByMdm[type]
  if (why !== undefined) refuse('PayloadContent.PayloadType', `The type of ${what}, ${type}, cannot be sent to devices: ${why}.`)
}

type Where = Readonly<{ prefix: string; what: string }>

const mustHave = (dict: PlistDict, keys: readonly string[], { prefix, what }: Where): void => {
  const missing = keys.find((key) => typeof dict[key] !== 'string' || dict[key] === '')
  if (missing !== undefined) refuse(`${prefix}${missing}`, `The ${missing} of ${what} is missing or empty; devices need it.`)
}

const mustBeUnlike = (dicts: readonly PlistDict[], key: string, rule: string): void => {
  const seen = new Set<string>()
  for (const { [key]: value } of dicts) {
    const name = typeof value === 'string' ? value.toUpperCase() : ''
    if (seen.has(name)) refuse(`PayloadContent.${key}`, `The ${key} ${shown(value)} stands twice in the profile; ${rule}.`)
    seen.add(name)
  }
}

const shown = (value: PlistDict[string] | undefined): string =>
  value === undefined
    ? 'missing'
    : typeof value === 'string' || typeof value === 'number'
      ? String(value).slice(0, 100)
      : 'no number'

const refuse = (field: string, reason: string): never => {
  throw new ParseError(field, reason)
}
