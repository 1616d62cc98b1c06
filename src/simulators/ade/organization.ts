import { createHmac } from 'node:crypto'

export type SimulatedOperation = 'added' | 'modified' | 'deleted'

/** A device in the words of Apple's service. */
export type DeviceRecord = Readonly<Record<string, unknown>> & Readonly<{ serial_number: string }>

/** What a server of the organisation has: its devices, and the history that a sync tells. */
export type ServerEntry = {
  readonly uuid: string
  readonly name: string
  readonly devices: Map<string, DeviceRecord>
  /** In which order devices came; one that came twice stands here twice, and counts at its last place. */
  readonly arrivals: string[]
  readonly lastArrival: Map<string, number>
  readonly history: Readonly<{ type: SimulatedOperation; at: Date; record: DeviceRecord }>[]
  readonly profiles: Map<string, Readonly<Record<string, unknown>>>
  discoveryUrl: Readonly<{ url: string; at: Date }> | null
}

export const serverEntry = (uuid: string, name: string): ServerEntry => ({
  ...{ uuid, name, devices: new Map(), arrivals: [], lastArrival: new Map() },
  ...{ history: [], profiles: new Map(), discoveryUrl: null },
})

/** A device comes to a server. */
export const arrive = (server: ServerEntry, record: DeviceRecord, at: Date): void => {
  const { serial_number: serial } = record
  const arrived = { ...record, profile_status: 'empty', device_assigned_date: at.toISOString() }
  server.devices.set(serial, arrived)
  server.lastArrival.set(serial, server.arrivals.push(serial) - 1)
  server.history.push({ type: 'added', at, record: arrived })
}

/** Something of a device changes; undefined takes a key away. */
export const change = (server: ServerEntry, serial: string, changes: Readonly<Record<string, unknown>>, at: Date): void => {
  const record = server.devices.get(serial)
  if (record === undefined) return
  const changed = Object.fromEntries(Object.entries({ ...record, ...changes }).filter(([, value]) => value !== undefined))
  const next = { ...changed, serial_number: serial }
  server.devices.set(serial, next)
  server.history.push({ type: 'modified', at, record: next })
}

/** A device leaves a server; answers its record, without its profile. */
export const leave = (server: ServerEntry, serial: string, at: Date): DeviceRecord | null => {
  const record = server.devices.get(serial)
  if (record === undefined) return null
  server.devices.delete(serial)
  server.lastArrival.delete(serial)
  server.history.push({ type: 'deleted', at, record })
  const kept = Object.entries(record).filter(([key]) => !key.startsWith('profile_') && !key.startsWith('device_assigned'))
  return { ...Object.fromEntries(kept), serial_number: serial }
}

/** Where a reader stands: among the arrivals while it fetches (`at`), and in the history after that. */
export type Cursor = Readonly<{ kind: 'fetch' | 'sync'; server: string; at: number; history: number; issued: number }>

/** Cursors say what they mean themselves, sealed, so that none is forgotten while it is young; hex, as Apple's. */
export const writeCursor = (cursor: Cursor): string => {
  const body = Buffer.from(JSON.stringify(cursor)).toString('hex')
  return `${body}${sealOf(body)}`
}

/** Null: never issued by this service for this server. */
export const readCursor = (told: string, server: string): Cursor | null => {
  const [body, seal] = [told.slice(0, -sealLength), told.slice(-sealLength)]
  if (body === '' || sealOf(body) !== seal) return null
  const cursor = JSON.parse(Buffer.from(body, 'hex').toString()) as Cursor
  return cursor.server === server ? cursor : null
}

const sealLength = 16
const sealOf = (body: string): string =>
  createHmac('sha256', 'cursors of the simulator').update(body).digest('hex').slice(0, sealLength)
