import type { CommandEvent } from '../domain/commands/events.ts'
import type { CustodyEvent, LockMeans } from '../domain/custody/events.ts'
import type { EnrollmentEvent } from '../domain/enrollment/events.ts'
import type { ForgettingEvent } from '../domain/forgetting/events.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type CustodyRow = Readonly<{
  host_id: string
  status: 'unlocked' | 'locked' | 'wiped'
  pending: 'lock' | 'unlock' | 'wipe' | null
  /** The command that is waited for; null when a person must act. */
  command_id: string | null
  means: LockMeans | null
  /** A person is to type the PIN; the host will call when that is done. */
  awaits_pin: boolean
  has_pin: boolean
  detail: string | null
  changed_at: string
}>

/** Which hosts are held, or about to be. */
export const custody: Projection<CustodyEvent | EnrollmentEvent | CommandEvent | ForgettingEvent, CustodyRow> = {
  name: 'custody',
  version: 2,
  schema: `
    host_id text not null,
    status text not null default 'unlocked',
    pending text,
    command_id text,
    means text,
    awaits_pin boolean not null default false,
    has_pin boolean not null default false,
    detail text,
    changed_at timestamptz not null`,
  key: ['host_id'],

  on: {
    LockRequested: ({ id, at, data: { commandId, means, pin } }) => ({
      where: { host_id: id },
      set: { pending: 'lock', command_id: commandId, means, has_pin: pin !== null, detail: null, changed_at: at },
    }),
    HostLocked: ({ id, at }) => ({
      where: { host_id: id },
      change: { status: 'locked', pending: null, command_id: null, changed_at: at },
    }),
    LockFailed: (event) => failed(event.id, event.at, event.data.detail),
    UnlockRequested: ({ id, at, data: { commandId } }) => ({
      where: { host_id: id },
      change: { pending: 'unlock', command_id: commandId, awaits_pin: commandId === null, detail: null, changed_at: at },
    }),
    HostUnlocked: ({ id }) => ({ where: { host_id: id }, remove: true }),
    UnlockFailed: (event) => failed(event.id, event.at, event.data.detail),
    WipeRequested: ({ id, at, data: { commandId, pin } }) => ({
      where: { host_id: id },
      set: { pending: 'wipe', command_id: commandId, has_pin: pin !== null, detail: null, changed_at: at },
    }),
    HostWiped: ({ id, at }) => ({
      where: { host_id: id },
      change: { status: 'wiped', pending: null, command_id: null, changed_at: at },
    }),
    WipeFailed: (event) => failed(event.id, event.at, event.data.detail),
    HostForgotten: ({ id }) => ({ where: { host_id: id }, remove: true }),
    EnrollmentStarted: ({ id, data }) => (data.because === 'token-came-back' ? [] : { where: { host_id: id }, remove: true }),
  },
}

const failed = (hostId: string, at: string, detail: string) => ({
  where: { host_id: hostId },
  change: { pending: null, command_id: null, detail, changed_at: at },
})

export const custodyOf = (hostId: string) => query<CustodyRow>`
  select c.host_id, c.status, case when c.command_id is null or w.command_id is not null then c.pending end as pending,
         c.command_id, c.means, c.awaits_pin, c.has_pin, c.detail, c.changed_at
  from custody c left join waiting_commands w on w.host_id = c.host_id and w.command_id = c.command_id
  where c.host_id = ${hostId}`
