/** What is wrong with a profile of Setup Assistant: the key, Apple's word for it, and a sentence. */
export type SetupProfileFault = Readonly<{ key: string; word: string; message: string }>

type Rule = Readonly<{ kind: 'text' | 'flag' | 'texts'; most?: number; word?: string }>

/** The keys that Apple knows, and how long their texts may be. */
export const setupProfileKeys: Readonly<Record<string, Rule>> = {
  profile_name: { kind: 'text', most: 125, word: 'CONFIG_NAME_INVALID' },
  url: { kind: 'text', most: 2000, word: 'CONFIG_URL_INVALID' },
  configuration_web_url: { kind: 'text', most: 2000, word: 'CONFIG_URL_INVALID' },
  department: { kind: 'text', most: 125, word: 'DEPARTMENT_INVALID' },
  support_phone_number: { kind: 'text', most: 50, word: 'SUPPORT_PHONE_INVALID' },
  support_email_address: { kind: 'text', most: 250, word: 'SUPPORT_EMAIL_INVALID' },
  org_magic: { kind: 'text', most: 256, word: 'MAGIC_INVALID' },
  language: { kind: 'text', most: 3, word: 'LOCALE_INVALID' },
  region: { kind: 'text', most: 2, word: 'LOCALE_INVALID' },
  allow_pairing: { kind: 'flag' },
  auto_advance_setup: { kind: 'flag' },
  await_device_configured: { kind: 'flag' },
  do_not_use_profile_from_backup: { kind: 'flag' },
  is_mandatory: { kind: 'flag' },
  is_mdm_removable: { kind: 'flag' },
  is_multi_user: { kind: 'flag' },
  is_return_to_service: { kind: 'flag' },
  is_supervised: { kind: 'flag' },
  anchor_certs: { kind: 'texts' },
  supervising_host_certs: { kind: 'texts' },
  skip_setup_items: { kind: 'texts' },
  devices: { kind: 'texts' },
}

/** The first fault that Apple would find in a profile; null: none. Keys that are not known pass, as Apple adds some every year. */
export const setupProfileFault = (profile: Readonly<Record<string, unknown>>): SetupProfileFault | null => {
  for (const [key, rule] of Object.entries(setupProfileKeys)) {
    const found = Object.hasOwn(profile, key) ? faultIn(key, profile[key], rule) : null
    if (found !== null) return found
  }
  return missing(profile) ?? contradiction(profile) ?? wrongAddress(profile) ?? wrongLocale(profile)
}

const faultIn = (key: string, value: unknown, { kind, most, word = malformed }: Rule): SetupProfileFault | null => {
  if (!fits[kind](value)) return { key, word: malformed, message: `${key} is not ${called[kind]}.` }
  return typeof value === 'string' && most !== undefined && value.length > most
    ? { key, word, message: `${key} has ${String(value.length)} characters; Apple takes at most ${String(most)}.` }
    : null
}

const malformed = 'MALFORMED_REQUEST_BODY'

const fits: Readonly<Record<Rule['kind'], (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  flag: (value) => typeof value === 'boolean',
  texts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
}

const called: Readonly<Record<Rule['kind'], string>> = { text: 'a string', flag: 'a boolean', texts: 'a list of strings' }

const missing = (profile: Readonly<Record<string, unknown>>): SetupProfileFault | null => {
  const without = (key: string) => profile[key] === undefined || profile[key] === ''
  if (without('profile_name')) return { key: 'profile_name', word: 'CONFIG_NAME_REQUIRED', message: 'profile_name is missing.' }
  return without('url') ? { key: 'url', word: 'CONFIG_URL_REQUIRED', message: 'url is missing.' } : null
}

const contradiction = (profile: Readonly<Record<string, unknown>>): SetupProfileFault | null =>
  profile['is_mdm_removable'] === false && profile['is_supervised'] !== true
    ? {
        ...{ key: 'is_mdm_removable', word: 'FLAGS_INVALID' },
        message: 'is_mdm_removable may be false only where is_supervised is true.',
      }
    : null

const wrongAddress = (profile: Readonly<Record<string, unknown>>): SetupProfileFault | null => {
  const key = ['url', 'configuration_web_url'].find((one) => typeof profile[one] === 'string' && !isHttps(profile[one]))
  return key === undefined ? null : { key, word: 'CONFIG_URL_INVALID', message: `${key} is no https address.` }
}

const isHttps = (address: string): boolean => URL.canParse(address) && new URL(address).protocol === 'https:'

const wrongLocale = ({ language, region }: Readonly<Record<string, unknown>>): SetupProfileFault | null => {
  const wrong = (key: string, message: string) => ({ key, word: 'LOCALE_INVALID', message })
  if (typeof language === 'string' && !/^[a-z]{2,3}$/.test(language))
    return wrong('language', 'language is no code of ISO 639, such as en.')
  return typeof region === 'string' && !/^[A-Z]{2}$/.test(region)
    ? wrong('region', 'region is no code of ISO 3166, such as US.')
    : null
}
