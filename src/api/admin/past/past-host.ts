import type { Fold } from '../../../app/replay.ts'
import type { Rows } from '../../../app/rows-of.ts'
import { rowsOf } from '../../../app/rows-of.ts'
import type { HostEvent } from '../../../domain/host/events.ts'
import type { Host } from '../../../domain/host/host.ts'
import { host } from '../../../domain/host/host.ts'
import type { Recorded } from '../../../kernel/event.ts'
import type { HostProfileRow } from '../../../projections/host-profiles.ts'
import { hostProfiles } from '../../../projections/host-profiles.ts'

/** A host as it was: the state that it decides on, and its rows in the read model of what is on it. */
export type PastHost = Readonly<{ host: Host; profiles: Rows<HostProfileRow> }>

const rows = rowsOf<HostProfileRow>(hostProfiles, {
  host_id: '',
  profile_id: '',
  kind: 'profile',
  identifier: '',
  checksum: '',
  secrets_at: null,
  scope: 'System',
  operation: 'install',
  status: 'pending',
  command_id: null,
  failures: 0,
  detail: null,
  reason: null,
  changed_at: '',
})

export const pastHost: Fold<HostEvent, PastHost> = {
  category: host.category,
  initial: { host: host.initial, profiles: new Map() },
  evolve: (was, event) => after(was, [event]),
  evolveAll: (was, events) => after(was, events),
}

const after = ({ host: was, profiles }: PastHost, events: readonly Recorded<HostEvent>[]): PastHost => ({
  host: events.reduce<Host>(host.evolve, was),
  profiles: rows.after(profiles, events),
})
