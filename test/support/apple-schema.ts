import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** A key as Apple's schema describes it. */
export type SchemaKey = Readonly<{ key: string; type: string; presence?: string; subkeys?: readonly SchemaKey[] }>

/** One file of the schema. */
export type SchemaFile = Readonly<{
  payload?: Readonly<{ requesttype?: string; payloadtype?: string; declarationtype?: string }>
  payloadkeys?: readonly SchemaKey[]
}>

/** Apple publishes it at https://github.com/apple/device-management; it is not part of this project. */
const folder = process.env['APPLE_SCHEMA'] ?? join('..', 'shared', 'data', 'apple-device-management')

export const haveAppleSchema = existsSync(join(folder, 'mdm'))

export const howToGetAppleSchema =
  "Apple's schema is not here: clone https://github.com/apple/device-management and name its folder in APPLE_SCHEMA."

/** All files of one folder of the schema, such as `mdm/commands`. */
export const schemaFiles = (path: string): readonly SchemaFile[] =>
  readdirSync(join(folder, path))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => parse(readFileSync(join(folder, path, name), 'utf8')) as SchemaFile)
