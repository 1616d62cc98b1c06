import { ParseError } from '../../kernel/parse-error.ts'
import { binaryAsXml } from '../plist/binary-as-xml.ts'
import { isBinaryPlist } from '../plist/read-binary.ts'
import { readPlist } from '../plist/read.ts'
import { spanOfValue } from '../plist/source.ts'
import type { PlistLimits } from '../plist/value.ts'
import { isDict } from '../plist/value.ts'

/** What somebody else's command may be: a profile with a font is sent so. */
export const rawLimits: PlistLimits = { bytes: 4 * 1024 * 1024, depth: 32, nodes: 50_000 }

/** What a binary list may become as XML, in characters. */
const longestXml = 8 * 1024 * 1024

/**
 * A command that somebody else wrote, as the device gets it: each value as it was written, so that a `<real>1.0</real>` stays one. A whole message
 * with an id goes out as it is; to one without, and to a command that lacks its message, `commandUuid` is added. Throws `ParseError`.
 * https://developer.apple.com/documentation/devicemanagement/implementing-device-management
 */
export const rawMessage = (bytes: Uint8Array, commandUuid: string): Uint8Array => {
  const message = readPlist(bytes, rawLimits)
  const isWhole = isDict(message) && message['Command'] !== undefined
  const isBinary = isBinaryPlist(bytes)
  if (isWhole && message['CommandUUID'] !== undefined) {
    if (message['CommandUUID'] !== commandUuid) throw new ParseError('CommandUUID', 'The command has another CommandUUID.')
    return isBinary ? bytes : Buffer.from(withoutBlanks(bytes))
  }
  const text = isBinary ? wrapped(binaryAsXml(bytes, rawLimits, longestXml)) : withoutBlanks(bytes)
  const { start, inside, end } = spanOfValue(text)
  const id = `<key>CommandUUID</key><string>${commandUuid}</string>`
  const whole = isWhole
    ? text.slice(0, inside) + id + text.slice(inside)
    : wrapped(`<dict>${id}<key>Command</key>${text.slice(start, end)}</dict>`)
  return Buffer.from(whole)
}

/** Nothing may stand before the declaration of XML. */
const withoutBlanks = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\ufeff?\s*/, '')

const wrapped = (value: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd"><plist version="1.0">${value}</plist>`
