import type { XmlElement } from '../xml/read-xml.ts'
import { childOf, readXml, textAt } from '../xml/read-xml.ts'
import { ParseError } from '../../kernel/parse-error.ts'

/**
 * Whether a device that was told one value and answers another means the same: Windows writes truths, numbers and XML in its own way, and Wi-Fi
 * profiles anew.
 */
export const isSameValue = (format: string | null, wanted: string, found: string): boolean => {
  const [one, other] = [wanted.trim(), found.trim()]
  if (one === other) return true
  if (format === 'bool')
    return truths[one.toLowerCase()] !== undefined && truths[one.toLowerCase()] === truths[other.toLowerCase()]
  if (format === 'int') return one !== '' && other !== '' && Number(one) === Number(other)
  const [told, answered] = [elementsIn(one), elementsIn(other)]
  if (told === null || answered === null) return false
  if (told.some(isSwitch)) return isSamePolicy(told, answered)
  const [wlan, otherWlan] = [told[0], answered[0]]
  if (wlan?.name === 'WLANProfile' && otherWlan?.name === 'WLANProfile') return wlanFields(wlan) === wlanFields(otherWlan)
  return told.map(canonical).join('') === answered.map(canonical).join('')
}

const truths: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false }

const limits = { field: 'value', maxBytes: 1024 * 1024, maxDepth: 40, maxElements: 20_000 }

/** A value that is XML, as its elements; null for any other. */
const elementsIn = (text: string): readonly XmlElement[] | null => {
  const bare = text.replace(/^<\?xml[^>]*\?>/, '').trim()
  if (!bare.startsWith('<')) return null
  try {
    return readXml(Buffer.from(`<value>${bare}</value>`), limits).children
  } catch (error) {
    if (error instanceof ParseError) return null
    throw error
  }
}

const isSwitch = ({ name }: XmlElement): boolean => /^(enabled|disabled)$/i.test(name)

/**
 * Policies of administrative templates: what is off is the same whatever stands beside it; what is on has the same data, in any order.
 * https://learn.microsoft.com/windows/client-management/understanding-admx-backed-policies
 */
const isSamePolicy = (one: readonly XmlElement[], other: readonly XmlElement[]): boolean => {
  const isOn = (elements: readonly XmlElement[]) => elements.some(({ name }) => name.toLowerCase() === 'enabled')
  if (!isOn(one) && !isOn(other)) return true
  return isOn(one) === isOn(other) && dataIn(one) === dataIn(other)
}

const dataIn = (elements: readonly XmlElement[]): string =>
  elements
    .filter(({ name }) => name.toLowerCase() === 'data')
    .map(({ attributes }) =>
      attributes
        .map(({ name, value }) => `${name}=${value}`.toLowerCase())
        .toSorted()
        .join(' '),
    )
    .toSorted()
    .join('\n')

/** What tells one network from another; keys come back encrypted. */
const wlanFields = (profile: XmlElement): string => {
  const security = childOf(childOf(profile, 'MSM'), 'security')
  const ssid = childOf(childOf(profile, 'SSIDConfig'), 'SSID')
  return JSON.stringify([
    ...[textAt(profile, 'name'), textAt(ssid, 'name'), textAt(profile, 'connectionMode')],
    ...[textAt(security, 'authEncryption', 'authentication'), textAt(security, 'authEncryption', 'encryption')],
  ])
}

/** Without prefixes, white space between elements, and the order of attributes. */
const canonical = ({ name, attributes, children, text }: XmlElement): string => {
  const told = attributes.map((attribute) => `${attribute.name}=${JSON.stringify(attribute.value)}`).toSorted()
  return `<${[name, ...told].join(' ')}>${text.trim()}${children.map(canonical).join('')}</>`
}
