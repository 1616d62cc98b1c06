import { status } from '@grpc/grpc-js'
import type { Metadata, StatusObject } from '@grpc/grpc-js'
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js'
import { failure } from './faults.ts'
import type { Store } from './store.ts'

/** Somebody whom the server knows. `$admins` may do everything. */
export type User = Readonly<{ username: string; password: string; groups?: readonly string[] }>

/** Says why a call is refused; undefined: it is not. */
export type Guard = (metadata: Metadata) => Partial<StatusObject> | undefined

const admins = '$admins'
const groupsOf = ({ groups = [admins] }: User): readonly string[] => groups

const callerOf = (users: readonly User[], metadata: Metadata): User | undefined => {
  const shown = metadata.get('authorization')[0]
  return users.find(({ username, password }) => shown === `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`)
}

/** Lets in whom the server knows; where it knows nobody, everybody. */
export const knownUsers =
  (users: readonly User[]): Guard =>
  (metadata) =>
    users.length === 0 || callerOf(users, metadata) !== undefined
      ? undefined
      : failure(status.UNAUTHENTICATED, 'Wrong user name or password')

/** Reading everything is for the readers that the metadata of `$all` names, by default for `$admins` alone. */
export const mayRead =
  (users: readonly User[], store: Store) =>
  (options: ReadReq.Options | undefined, metadata: Metadata): Partial<StatusObject> | undefined => {
    if (users.length === 0 || options?.hasAll() !== true) return undefined
    const readers = readersOfAll(store)
    const groups = groupsOf(callerOf(users, metadata) ?? { username: '', password: '', groups: [] })
    return groups.some((group) => group === admins || readers.includes(group))
      ? undefined
      : failure(status.PERMISSION_DENIED, 'Access to $all denied', { exception: 'access-denied' })
  }

const readersOfAll = (store: Store): readonly string[] => {
  const events = store.streamOf('$$$all')
  const last = typeof events === 'string' ? undefined : events.at(-1)
  if (last === undefined) return []
  const { $acl: list } = JSON.parse(Buffer.from(last.data).toString()) as Readonly<{
    $acl?: Readonly<{ $r?: string | readonly string[] }>
  }>
  return [list?.$r ?? []].flat()
}
