/**
 * A LocURI in the one form in which two of them are compared: Windows takes `./Device/Vendor`, `./Vendor` and any case of either for the same
 * node, and escapes for what they stand for. An escaped slash belongs to a name, and stays escaped.
 */
export const normalLocUri = (locUri: string): string =>
  locUri
    .trim()
    .split('/')
    .map((segment) => decoded(segment).replaceAll('%', '%25').replaceAll('/', '%2f'))
    .join('/')
    .toLowerCase()
    .replace(/^\.\/device\//, './')
    .replace(/\/+$/, '')

/** The name that a segment of a normal form stands for, in lower case. */
export const nameOfSegment = (segment: string): string => segment.replaceAll('%2f', '/').replaceAll('%25', '%')

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Why no device has such a node: `malformed` is no URI of a node, `unknown` begins in no part of the tree that Windows has. */
export type LocUriFault = Readonly<{ kind: 'malformed' | 'unknown'; reason: string }>

export const longestLocUri = 2048

/**
 * What is wrong with a LocURI, white space around it aside; null: a device may have it. Names of nodes are URIs: they are not empty, and what is
 * no ASCII is escaped. `?prop=` and `?list=` are for reading alone.
 * https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support
 */
export const faultOfLocUri = (text: string, { reads = false }: Readonly<{ reads?: boolean }> = {}): LocUriFault | null => {
  const locUri = reads ? text.trim().replace(/\?(?:prop|list)=[A-Za-z]+$/, '') : text.trim()
  if (locUri === '' || locUri.length > longestLocUri) return malformed('it has not 1 to 2,048 characters')
  if (!locUri.startsWith('./')) return malformed('it does not begin with ./ as in ./Device/Vendor/MSFT')
  const stray = /[^\u0021-\u007e]|[\\?#<>"]/.exec(locUri)?.[0]
  if (stray !== undefined) return malformed(`it holds ${nameOf(stray)}, which must be escaped`)
  if (/%(?![0-9a-f]{2})/i.test(locUri)) return malformed('it holds a % that begins no escape')
  if (/%(?:[01][0-9a-f]|7f)/i.test(locUri)) return malformed('it holds an escaped control character')
  if (!isUtf8(locUri)) return malformed('its escapes are no UTF-8')
  const segments = locUri.slice(2).split('/')
  return faultOfSegments(segments) ?? faultOfRoot(segments.map((segment) => segment.toLowerCase()))
}

const malformed = (reason: string): LocUriFault => ({ kind: 'malformed', reason })

const nameOf = (sign: string): string =>
  /\s/.test(sign) ? 'a blank or a line end' : /[\u0021-\u007e]/.test(sign) ? sign : 'a character beyond ASCII'

const faultOfSegments = (segments: readonly string[]): LocUriFault | null => {
  if (segments.includes('')) return malformed('it ends with a slash or holds two in a row')
  const names = segments.map((segment) => unescapedAscii(segment))
  if (names.some((name) => name.endsWith('/'))) return malformed('it ends a name with an escaped slash')
  // A path that is escaped into one name leads a careless reader out of it.
  const path = names.flatMap((name) => name.split(/[/\\]/)).find((name) => name === '.' || name === '..' || name === '*')
  return path === undefined ? null : malformed(`no node is called ${path}`)
}

const isUtf8 = (locUri: string): boolean => {
  try {
    decodeURIComponent(locUri)
    return true
  } catch {
    return false
  }
}

/** Below the device and its user there are the vendors' parts; what OMA defines stands at the top. */
const roots: Readonly<Record<string, readonly string[]>> = {
  '': ['device', 'user', 'vendor', 'devinfo', 'devdetail', 'syncml'],
  device: ['vendor', 'devinfo', 'devdetail', 'syncml'],
  user: ['vendor'],
}

const faultOfRoot = ([first = '', second]: readonly string[]): LocUriFault | null => {
  const known = roots[''] ?? []
  if (!known.includes(first))
    return { kind: 'unknown', reason: `Windows has no ./${first}; its nodes begin with ./Device, ./User or ./Vendor` }
  const below = roots[first]
  return below === undefined || second === undefined || below.includes(second)
    ? null
    : { kind: 'unknown', reason: `Windows has no ${second} below ./${first}; nodes stand in ./${first}/Vendor` }
}

/** Escapes of ASCII one by one, so that a broken one hides no other. */
const unescapedAscii = (text: string): string =>
  text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))

/** How often an escape may be escaped before nobody would undo it. */
const mostEscapes = 5

/**
 * A LocURI stripped of all that could hide which node it means, more than any device would undo: for holding it against nodes that nobody may
 * set. Escapes (of escapes), case, look-alikes in Unicode, blanks and dots at the ends of names, and empty segments are gone. It begins with a
 * slash; `./Device` and `./User` stay.
 */
export const bareLocUri = (locUri: string): string => {
  let text = locUri
  for (let round = 0; round < mostEscapes; round++) text = decoded(unescapedAscii(text))
  const plain = text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}|\p{Cc}/gu, '')
  const segments = plain.toUpperCase().toLowerCase().replaceAll('\\', '/').split('/')
  const names = segments.map((segment) => segment.replace(/^\s+|[\s.]+$/g, ''))
  return `/${names.filter((name) => name !== '').join('/')}`
}
