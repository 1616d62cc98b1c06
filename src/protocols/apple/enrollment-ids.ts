import { ParseError } from '../../kernel/parse-error.ts'
import { optionalText } from '../plist/fields.ts'
import type { PlistDict } from '../plist/value.ts'

export type EnrollmentKind = 'device' | 'user' | 'shared-ipad-user' | 'user-enrollment-device' | 'user-enrollment-user'

/**
 * Which channel speaks. `enrollmentId` names the channel, `parentId` the device's own channel when this is a user's; the client
 * certificate belongs to `parentId ?? enrollmentId`. `udid` is null for user enrollments.
 */
export type EnrollmentIds = Readonly<{
  kind: EnrollmentKind
  enrollmentId: string
  parentId: string | null
  udid: string | null
  userId: string | null
  userShortName: string | null
  userLongName: string | null
}>

/** All users of a Shared iPad carry this UserID; only their short names differ. */
const sharedIpadUserId = 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'

/** Tells from a message's keys which channel sent it. Throws `ParseError` naming the key that is missing or malformed. */
export const readEnrollmentIds = (message: PlistDict): EnrollmentIds => {
  const udid = deviceId(message, 'UDID')
  const userId = name(message, 'UserID')
  const names = { userShortName: name(message, 'UserShortName'), userLongName: name(message, 'UserLongName') }
  if (udid !== null) {
    if (userId === null) return { kind: 'device', enrollmentId: udid, parentId: null, udid, userId, ...names }
    if (userId !== sharedIpadUserId)
      return { kind: 'user', enrollmentId: `${udid}:${userId}`, parentId: udid, udid, userId, ...names }
    const shortName = names.userShortName ?? refuse('UserShortName', 'A user of a Shared iPad has no UserShortName.')
    return { kind: 'shared-ipad-user', enrollmentId: `${udid}:${shortName}`, parentId: udid, udid, userId, ...names }
  }
  const enrollmentId = deviceId(message, 'EnrollmentID') ?? refuse('UDID', 'The message has neither UDID nor EnrollmentID.')
  const enrollmentUserId = name(message, 'EnrollmentUserID')
  const shared = { udid, userId: enrollmentUserId, ...names }
  if (enrollmentUserId === null) return { kind: 'user-enrollment-device', enrollmentId, parentId: null, ...shared }
  return { kind: 'user-enrollment-user', enrollmentId: `${enrollmentId}:${enrollmentUserId}`, parentId: enrollmentId, ...shared }
}

/** A colon in a device's id would let it take the id of another device's user channel. */
const deviceId = (message: PlistDict, key: string): string | null => {
  const id = optionalText(message, key, 128) || null
  return id === null || /^[\x21-\x39\x3b-\x7e]+$/.test(id)
    ? id
    : refuse(key, `${key} holds a colon, a space or a character beyond ASCII.`)
}

const name = (message: PlistDict, key: string): string | null => {
  const value = optionalText(message, key, 255) || null
  return value === null || !/\p{Cc}/u.test(value) ? value : refuse(key, `${key} holds a control character.`)
}

const refuse = (field: string, reason: string): never => {
  throw new ParseError(field, reason)
}
