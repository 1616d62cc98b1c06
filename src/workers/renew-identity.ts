import type { App } from '../app/app.ts'
import { inParallel } from '../app/in-parallel.ts'
import type { ClaimedWork } from '../app/operational-ports.ts'
import { host } from '../domain/host/host.ts'
import { isBusy, nextRenewal } from '../domain/renewal/renewal.ts'
import { derivedId } from '../kernel/ids.ts'
import type { Outcome, WorkKind } from './worker.ts'
import { causeOf, done, failed } from './worker.ts'

/** How many hosts are decided for at once. */
const hostsAtOnce = 16
/** When a host is looked at again that was locked, lost, being wiped, or in its setup assistant, ms. */
const busyPauseMs = 24 * 60 * 60 * 1000

/**
 * Renews identity certificates when their time has come, and looks after renewals that went unanswered. A row lives as long as there is a
 * next look at its host; the host's own stream knows everything else, so that no mark can be left behind by a lost command.
 */
export const renewIdentity = (app: App): WorkKind => ({
  name: 'renew-identity',
  batch: 100,
  do: (work) => inParallel(work, hostsAtOnce, (row) => renew(app, row)),
})

const renew = async (app: App, row: ClaimedWork): Promise<Outcome> => {
  const hostId = row.key
  const now = app.clock().toISOString()
  try {
    const { state } = await app.load(host, hostId)
    const due = nextRenewal(hostId, state)
    if (due === null) return done(row)
    if (due > now) return later(row, due)
    if (isBusy(state)) return later(row, new Date(Date.parse(now) + busyPauseMs).toISOString())
    const cause = causeOf(row)
    const command = { hostId, commandId: derivedId(`renew/${cause.id}/${now}`), now, because: 'expiring' } as const
    await app.execute(host, hostId, { type: 'RenewIdentity', data: command }, cause)
    return done(row)
  } catch (error) {
    return failed(row, error)
  }
}

const later = (work: ClaimedWork, at: string): Outcome => ({ work, kind: 'later', at, why: 'Its time has not come.' })
