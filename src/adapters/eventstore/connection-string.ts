import { ParseError } from '../../kernel/parse-error.ts'

export type Host = Readonly<{ address: string; port: number }>
export type NodePreference = 'leader' | 'follower' | 'read_only_replica' | 'random'

/** What an `esdb://` connection string says. Times are in milliseconds unless their name says otherwise. */
export type Connection = Readonly<{
  /** Ask the hosts by gossip which node to use; otherwise there is one host and it is used as it is. */
  discover: boolean
  hosts: readonly [Host, ...Host[]]
  credentials?: Readonly<{ username: string; password: string }>
  tls: boolean
  tlsCaFile?: string
  userCertFile?: string
  userKeyFile?: string
  connectionName: string
  defaultDeadline: number
  keepAliveInterval: number
  keepAliveTimeout: number
  nodePreference: NodePreference
  maxDiscoverAttempts: number
  discoveryInterval: number
  gossipTimeoutSeconds: number
}>

/**
 * Reads a connection string, for example `esdb://user:password@node1:2113,node2:2113?tls=true&tlsCAFile=/etc/ca.pem` or
 * `kurrentdb+discover://cluster.example.com`, which is the vendor's later name for the same. User names and passwords are percent-encoded. Throws `ParseError` with the option at fault; the
 * message never holds the password.
 */
export const parseConnectionString = (text: string): Connection => {
  const [, scheme, authority = '', query] =
    /^((?:esdb|kurrentdb)(?:\+discover)?):\/\/([^/?]+)\/?(?:\?(.*))?$/.exec(text.trim()) ?? []
  if (scheme === undefined) throw new ParseError('url', 'The event store’s URL does not have the form esdb://host:2113?tls=true.')
  const at = authority.lastIndexOf('@')
  const hosts = hostsOf(authority.slice(at + 1))
  const options = optionsOf(query ?? '')
  const credentials = at === -1 ? undefined : credentialsOf(authority.slice(0, at))
  const discover = scheme.endsWith('+discover')
  return {
    discover: discover || hosts.length > 1,
    hosts,
    ...(credentials && { credentials }),
    tls: flag(options, 'tls', true),
    ...filesOf(options),
    connectionName: options.get('connectionName') ?? 'muster',
    defaultDeadline: whole(options, 'defaultDeadline', { otherwise: 10_000, least: 1 }),
    keepAliveInterval: whole(options, 'keepAliveInterval', { otherwise: 10_000, least: -1 }),
    keepAliveTimeout: whole(options, 'keepAliveTimeout', { otherwise: 10_000, least: -1 }),
    nodePreference: nodePreferenceOf(options),
    maxDiscoverAttempts: whole(options, 'maxDiscoverAttempts', { otherwise: 10, least: 1 }),
    discoveryInterval: whole(options, 'discoveryInterval', { otherwise: 100, least: 0 }),
    gossipTimeoutSeconds: whole(options, 'gossipTimeout', { otherwise: 5, least: 1 }),
  }
}

type Options = ReadonlyMap<string, string>

const names = [
  'tls',
  'tlsVerifyCert',
  'tlsCAFile',
  'userCertFile',
  'userKeyFile',
  'connectionName',
  'defaultDeadline',
  'keepAliveInterval',
  'keepAliveTimeout',
  'nodePreference',
  'maxDiscoverAttempts',
  'discoveryInterval',
  'gossipTimeout',
  'throwOnAppendFailure',
]

/** EventStoreDB's clients take option names in any case, with or without hyphens and underscores. */
const flat = (name: string): string => name.trim().toLowerCase().replace(/[_-]/g, '')
const nameByFlat = new Map(names.map((name) => [flat(name), name]))

const hostsOf = (text: string): readonly [Host, ...Host[]] => {
  const [first, ...rest] = text.split(',').map(hostOf)
  if (first === undefined) throw new ParseError('host', 'The event store’s URL names no host.')
  return [first, ...rest]
}

const hostOf = (text: string): Host => {
  const [, address, port = '2113'] = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(text.trim()) ?? []
  if (address === undefined) throw new ParseError('host', `The event store’s URL has a host that is not name:port: "${text}".`)
  if (Number(port) < 1 || Number(port) > 65_535) throw new ParseError('host', `The event store’s port ${port} does not exist.`)
  return { address, port: Number(port) }
}

const credentialsOf = (text: string): Readonly<{ username: string; password: string }> => {
  const colon = text.indexOf(':')
  if (colon < 1) throw new ParseError('credentials', 'The event store’s URL has credentials that are not user:password.')
  return { username: decoded('credentials', text.slice(0, colon)), password: decoded('credentials', text.slice(colon + 1)) }
}

const optionsOf = (query: string): Options => {
  const options = new Map(query.split('&').filter(Boolean).map(optionOf))
  if (options.get('tlsVerifyCert') === 'false') {
    throw new ParseError('tlsVerifyCert', 'The event store’s certificate is always verified; name its authority with tlsCAFile.')
  }
  if (options.get('throwOnAppendFailure') === 'false') {
    throw new ParseError('throwOnAppendFailure', 'The event store’s option throwOnAppendFailure cannot be false here.')
  }
  return options
}

const optionOf = (pair: string): readonly [string, string] => {
  const equals = pair.indexOf('=')
  const name = nameByFlat.get(flat(equals === -1 ? pair : pair.slice(0, equals)))
  if (name === undefined) throw new ParseError('options', `The event store’s URL has an option that is not known: "${pair}".`)
  if (equals === -1) throw new ParseError(name, `The event store’s option ${name} has no value.`)
  return [name, decoded(name, pair.slice(equals + 1))]
}

const decoded = (field: string, text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ParseError(field, `The event store’s URL has ${field} that are not percent-encoded as they should be.`)
  }
}

const flag = (options: Options, name: string, otherwise: boolean): boolean => {
  const value = options.get(name) ?? String(otherwise)
  if (value !== 'true' && value !== 'false') throw new ParseError(name, `The option ${name} is "${value}", not true or false.`)
  return value === 'true'
}

const whole = (options: Options, name: string, { otherwise, least }: Readonly<{ otherwise: number; least: number }>): number => {
  const value = options.get(name) ?? String(otherwise)
  const number = Number(value)
  if (!/^-?\d{1,9}$/.test(value) || number < least) {
    throw new ParseError(name, `The option ${name} is "${value}", not a whole number of at least ${String(least)}.`)
  }
  return number
}

const nodePreferenceOf = (options: Options): NodePreference => {
  const value = options.get('nodePreference') ?? 'leader'
  const known: readonly NodePreference[] = ['leader', 'follower', 'read_only_replica', 'random']
  const preference = known.find((one) => flat(one) === flat(value))
  if (preference === undefined)
    throw new ParseError('nodePreference', `The option nodePreference is "${value}", not ${known.join(', ')}.`)
  return preference
}

const filesOf = (options: Options): Pick<Connection, 'tlsCaFile' | 'userCertFile' | 'userKeyFile'> => {
  const tlsCaFile = options.get('tlsCAFile')
  const userCertFile = options.get('userCertFile')
  const userKeyFile = options.get('userKeyFile')
  if ((userCertFile === undefined) !== (userKeyFile === undefined)) {
    throw new ParseError('userCertFile', 'The options userCertFile and userKeyFile go together; one of them is missing.')
  }
  return { ...(tlsCaFile && { tlsCaFile }), ...(userCertFile && { userCertFile }), ...(userKeyFile && { userKeyFile }) }
}
