import { ParseError } from '../../kernel/parse-error.ts'

/** An enrollment id apart: a device's own (`UDID`, or `EnrollmentID` of a user enrollment), or a user's on it (`UDID:UserID`). */
export type NamedEnrollment = Readonly<{ id: string; deviceId: string; isUser: boolean }>

/** What one call may name: more do not fit into a request line either. */
const maxIds = 1000
const maxIdLength = 512

/** Reads ids as NanoMDM's paths list them, with commas between; one that stands twice counts once. Throws `ParseError` (field `id`). */
export const readEnrollmentIds = (list: string): readonly NamedEnrollment[] => {
  const ids = [...new Set(list.split(','))]
  if (ids.length > maxIds) throw new ParseError('id', `At most ${String(maxIds)} enrollment ids are taken at once.`)
  return ids.map(named)
}

const named = (id: string): NamedEnrollment => {
  const colon = id.indexOf(':')
  const deviceId = colon === -1 ? id : id.slice(0, colon)
  if (id.length > maxIdLength || deviceId === '' || id.endsWith(':') || /[\p{Cc}\s]/u.test(deviceId) || /\p{Cc}/u.test(id))
    throw new ParseError('id', `${JSON.stringify(id.slice(0, 80))} is no enrollment id.`)
  return { id, deviceId, isUser: colon !== -1 }
}
