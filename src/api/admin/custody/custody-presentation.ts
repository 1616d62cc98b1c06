import type { Custody } from '../../../domain/custody/state.ts'
import type { CustodyRow } from '../../../projections/custody.ts'

/** How a host is held, in Fleet's two words. */
export const custodyJson = ({ status, pending }: Pick<Custody, 'status' | 'pending'>) => ({
  device_status: status,
  pending_action: pending?.action ?? ('' as const),
})

/** The same from the read model; a host without a row is free. */
export const custodyRowJson = (row: CustodyRow | undefined) => ({
  device_status: row?.status ?? 'unlocked',
  pending_action: row?.pending ?? ('' as const),
  ...(row?.detail == null ? {} : { device_status_detail: row.detail }),
})
