import { list, objectOf, optionalCount, optionalObject, optionalText, parseObject, text, texts } from './json-fields.ts'

/** The organisation and its entry for this server, as `GET /account` tells them; null: not told. */
export type AdeAccount = Readonly<{
  serverUuid: string
  serverName: string | null
  adminId: string | null
  organization: Readonly<{
    name: string | null
    email: string | null
    phone: string | null
    address: string | null
    id: string | null
    idHash: string | null
    /** `edu`, `org`, `tvprovider`, or what is new. */
    type: string | null
    /** `v1` or `v2`, or what is new. */
    version: string | null
  }>
  /** How many items a call takes, by its path. */
  limits: readonly Readonly<{ path: string; methods: readonly string[]; usual: number | null; most: number | null }>[]
}>

/** Reads the answer of `GET /account`. Throws `ParseError` naming the path. */
export const readAccount = (body: string): AdeAccount => {
  const told = parseObject(body)
  return {
    serverUuid: text(told, 'server_uuid', 64),
    serverName: optionalText(told, 'server_name'),
    adminId: optionalText(told, 'admin_id') ?? optionalText(told, 'facilitator_id'),
    organization: {
      name: optionalText(told, 'org_name'),
      email: optionalText(told, 'org_email'),
      phone: optionalText(told, 'org_phone'),
      address: optionalText(told, 'org_address'),
      id: optionalText(told, 'org_id'),
      idHash: optionalText(told, 'org_id_hash'),
      type: optionalText(told, 'org_type', 64),
      version: optionalText(told, 'org_version', 64),
    },
    limits: list(told, 'urls', 200).map((value, index) => {
      const url = objectOf(value, `urls[${String(index)}]`)
      const limit = optionalObject(url, 'limit')
      return {
        path: text(url, 'uri'),
        methods: texts(url, 'http_method', 16),
        usual: limit === null ? null : optionalCount(limit, 'default'),
        most: limit === null ? null : optionalCount(limit, 'maximum'),
      }
    }),
  }
}
