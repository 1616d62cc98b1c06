import type { App } from '../app/app.ts'
import { inParallel } from '../app/in-parallel.ts'
import type { ClaimedWork } from '../app/operational-ports.ts'
import type { HostCommand } from '../domain/host/host.ts'
import { host } from '../domain/host/host.ts'
import { Rejection } from '../kernel/rejection.ts'
import type { Outcome, WorkKind } from './worker.ts'
import { causeOf, done, failed } from './worker.ts'

const atOnce = 32

/** Sends settings again to hosts whose turn has come, where they still stand as failed. The key is `host/settings`. */
export const resendSettings = (app: App): WorkKind => ({
  name: 'resend-settings',
  batch: 200,
  do: (work) =>
    inParallel(work, atOnce, (row) =>
      resend(app, row).then(
        () => done(row),
        (error: unknown): Outcome => (error instanceof Rejection ? done(row) : failed(row, error)),
      ),
    ),
})

const resend = async ({ load, execute }: App, row: ClaimedWork): Promise<void> => {
  const [hostId = '', profileId = ''] = row.key.split('/')
  const { hostProfiles, declarations } = (await load(host, hostId)).state
  const command: HostCommand | null =
    hostProfiles[profileId]?.status === 'failed'
      ? { type: 'ResendProfile', data: { profileId } }
      : declarations.assigned[profileId]?.status === 'failed'
        ? { type: 'ResendDeclaration', data: { profileId } }
        : null
  if (command !== null) await execute(host, hostId, command, causeOf(row))
}
