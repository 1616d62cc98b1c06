import type { App } from '../app/app.ts'
import { inParallel } from '../app/in-parallel.ts'
import { host } from '../domain/host/host.ts'
import type { HostCommand } from '../domain/host/host.ts'
import type { WorkKind } from './worker.ts'
import { causeOf, done, failed } from './worker.ts'

const atOnce = 32

/** Asks hosts for their profiles that acknowledged some which nobody has seen since. */
export const verifyHosts = (app: App): WorkKind =>
  telling(app, 'verify-host', () => ({
    type: 'AskForProfiles',
    data: { because: 'verification', now: app.clock().toISOString() },
  }))

/** Gives up on declarations that hosts took long ago and did not put in force. The key is `host/time`. */
export const chaseDeclarations = (app: App): WorkKind =>
  telling(app, 'chase-declarations', () => ({ type: 'GiveUpDeclarations', data: { now: app.clock().toISOString() } }))

const telling = (app: App, name: string, command: () => HostCommand): WorkKind => ({
  name,
  batch: 200,
  do: (work) =>
    inParallel(work, atOnce, (row) =>
      app.execute(host, hostOf(row.key), command(), causeOf(row)).then(
        () => done(row),
        (error: unknown) => failed(row, error),
      ),
    ),
})

const hostOf = (key: string): string => key.split('/')[0] ?? key
