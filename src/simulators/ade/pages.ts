import type { Cursor, DeviceRecord, ServerEntry } from './organization.ts'
import { readCursor, writeCursor } from './organization.ts'
import type { Refused } from './signed-in.ts'

export type Outcome = 'FAILED' | 'THROTTLED' | 'MISSING'

/** What a call sees besides its body. */
export type Scene = Readonly<{
  server: ServerEntry
  now: Date
  version: number
  query: URLSearchParams
  /** What is to become of a device in this call over many; undefined: what should. */
  outcomeOf: (serial: string) => Outcome | undefined
  /** Each record of a sync comes twice. */
  doubled: boolean
  betaProgram: boolean
}>

export type Body = Readonly<Record<string, unknown>>
export type Handler = (body: Body, scene: Scene) => Body | Refused

export const refused = (word: string, status = 400): Refused => ({ status, word })

const mostPerPage = 1000
const usualPage = 100
const cursorLifeMs = 7 * 24 * 3600_000

/** The calls that tell devices page by page. */
export const page =
  (kind: Cursor['kind']): Handler =>
  (body, scene) => {
    const { cursor: told, limit = usualPage } = body
    if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > mostPerPage)
      return refused('MALFORMED_REQUEST_BODY')
    if (told === undefined && kind === 'sync') return refused('CURSOR_REQUIRED')
    if (told !== undefined && (typeof told !== 'string' || told.length > 1000)) return refused('INVALID_CURSOR')
    const cursor = told === undefined ? firstCursor(scene) : readCursor(told, scene.server.uuid)
    if (cursor === null) return refused('INVALID_CURSOR')
    if (scene.now.getTime() - cursor.issued > cursorLifeMs) return refused('EXPIRED_CURSOR')
    if (kind === 'fetch') return cursor.kind === 'fetch' ? fetchPage(cursor, limit, scene) : refused('EXHAUSTED_CURSOR')
    return cursor.kind === 'sync' ? syncPage(cursor, limit, scene) : refused('INVALID_CURSOR')
  }

const firstCursor = ({ server, now }: Scene): Cursor => ({
  ...{ kind: 'fetch', server: server.uuid, at: 0 },
  ...{ history: server.history.length, issued: now.getTime() },
})

const fetchPage = (cursor: Cursor, limit: number, { server, now, version }: Scene): Body => {
  const devices: Body[] = []
  let at = cursor.at
  for (; at < server.arrivals.length && devices.length < limit; at++) {
    const record = recordAt(server, at)
    if (record !== undefined) devices.push(asTold(record, version))
  }
  const isDone = at >= server.arrivals.length
  const next = writeCursor({ ...cursor, kind: isDone ? 'sync' : 'fetch', at, issued: now.getTime() })
  return { cursor: next, devices, fetched_until: now.toISOString(), more_to_follow: !isDone }
}

const recordAt = ({ arrivals, lastArrival, devices }: ServerEntry, at: number): DeviceRecord | undefined => {
  const serial = arrivals[at] ?? ''
  return lastArrival.get(serial) === at ? devices.get(serial) : undefined
}

const syncPage = (cursor: Cursor, limit: number, { server, now, version, doubled }: Scene): Body => {
  const end = Math.min(cursor.history + (doubled ? Math.ceil(limit / 2) : limit), server.history.length)
  const devices = server.history.slice(cursor.history, end).flatMap(({ type, at, record }) => {
    const told = { ...asTold(record, version), op_type: type, op_date: at.toISOString() }
    return doubled ? [told, told] : [told]
  })
  return {
    cursor: writeCursor({ ...cursor, history: end, issued: now.getTime() }),
    ...{ devices, fetched_until: now.toISOString(), more_to_follow: end < server.history.length },
  }
}

/** Which version of the protocol told of a key first. */
const since: Readonly<Record<string, number>> = {
  ...{ device_family: 2, os: 2, mdm_migration_deadline: 8 },
  ...{ imei: 10, meid: 10, eid: 10, wifi_mac_address: 10, bluetooth_mac_address: 10, ethernet_mac_address: 10 },
  ...{ is_replacement_device: 10, released_by_replacement: 10 },
}

/** A device as a client of this version sees it. */
export const asTold = (record: DeviceRecord, version: number): Body => {
  const told = Object.fromEntries(Object.entries(record).filter(([key]) => (since[key] ?? 1) <= version))
  return told['os'] === 'iPadOS' && version < 7 ? { ...told, os: 'iOS' } : told
}
