import { memoryPush } from '../../src/adapters/memory/push.ts'
import type { MemoryPush } from '../../src/adapters/memory/push.ts'
import type { App } from '../../src/app/app.ts'
import type { ClaimedWork } from '../../src/app/operational-ports.ts'
import type { Host } from '../../src/domain/host/host.ts'
import { host } from '../../src/domain/host/host.ts'
import { hostIdOf } from '../../src/domain/host/host-id.ts'
import { profile } from '../../src/domain/profiles/profile.ts'
import type { Recorded } from '../../src/kernel/event.ts'
import type { WorkKind } from '../../src/workers/worker.ts'
import { leaseMs, workOff } from '../../src/workers/worker.ts'
import { workKinds } from '../../src/workers/kinds.ts'
import type { TestApp } from '../support/app.ts'
import { testApp, testCause } from '../support/app.ts'
import { authenticate, reportOf, updateToken } from '../support/host-stories.ts'

export type WorkerRig = TestApp &
  Readonly<{
    push: MemoryPush
    kind: (name: string, app?: App) => WorkKind
    /** Waits until the read models, and the rows of work, know all that happened. */
    caughtUp: () => Promise<void>
    /** Works off all that is due, and what follows from it, until nothing is. */
    workAll: () => Promise<void>
    /** Works off the due rows of one kind, with this app or another. */
    work: (name: string, app?: App) => Promise<void>
    /** Takes all due rows of all kinds and throws them away, as a lost table would. */
    loseWork: () => Promise<void>
    /** Takes due rows of a kind without doing them. */
    claim: (name: string) => Promise<readonly ClaimedWork[]>
    /** Enrolls hosts that can be pushed to: `tokenOf` names their tokens. */
    enroll: (...udids: readonly string[]) => Promise<readonly string[]>
    upload: (
      profileId: string,
      teamId?: string,
      more?: Readonly<{ checksum?: string; scope?: 'System' | 'User'; payloadTypes?: readonly string[] }>,
    ) => Promise<void>
    stateOf: (hostId: string) => Promise<Host>
    /** Each host does all that waits for it. */
    answerAll: (hostIds: readonly string[]) => Promise<void>
    eventsOf: (hostId: string, type: string) => Promise<readonly Recorded[]>
    happened: (type: string) => Promise<readonly Recorded[]>
  }>

export const tokenOf = (udid: string): Uint8Array => Buffer.from(udid)

/** The real workers over the real read models; time stands still until a test moves it. Give the hook 30 s. */
export const workerRig = async (): Promise<WorkerRig> => {
  const testing = await testApp()
  const { app } = testing
  const push = memoryPush()

  const caughtUp = async (): Promise<void> => {
    if (!(await app.caughtUp({ position: await app.log.head() }))) throw new Error('The read models do not come.')
  }
  const kind = (name: string, using: App = app): WorkKind => {
    const found = workKinds(using, push).find((one) => one.name === name)
    if (found === undefined) throw new Error(`There is no work of the kind ${name}.`)
    return found
  }
  const work = async (name: string, using: App = app): Promise<void> => {
    await workOff(using, kind(name, using), () => false)
    await caughtUp()
  }
  const stateOf = async (hostId: string): Promise<Host> => (await app.load(host, hostId)).state
  const happened = async (type: string) =>
    (await app.log.readAll({ after: null, limit: 100_000 })).filter((event) => event.type === type)

  return {
    ...testing,
    ...{ push, kind, caughtUp, work, stateOf, happened },
    workAll: async () => {
      for (let round = 0; round < 30; round++) {
        await caughtUp()
        const kinds = await app.work.dueKinds()
        if (kinds.length === 0) return
        for (const name of kinds) await work(name)
      }
      throw new Error('There is always more to do.')
    },
    loseWork: async () => {
      await caughtUp()
      for (const name of await app.work.dueKinds()) await app.work.done(await app.work.claim(name, 10_000, leaseMs))
    },
    claim: (name) => app.work.claim(name, kind(name).batch, leaseMs),
    enroll: async (...udids) => {
      for (const udid of udids) {
        const hostId = hostIdOf(udid)
        const [begin, token] = [authenticate(), updateToken(udid)]
        const secret = JSON.stringify({ token: Buffer.from(tokenOf(udid)).toString('hex'), magic: 'magic' })
        const sealed = await app.vault.seal(hostId, 'push/device', Buffer.from(secret))
        const beginning = { ...begin, data: { ...begin.data, hardwareId: udid, enrollmentId: udid } }
        await app.execute(host, hostId, beginning, testCause())
        const opening = { ...token, data: { ...token.data, enrollmentId: udid, push: sealed } }
        await app.execute(host, hostId, opening, testCause())
      }
      await caughtUp()
      return udids.map(hostIdOf)
    },
    upload: async (profileId, teamId = '0', { checksum = `${profileId}-v1`, scope = 'System', payloadTypes = [] } = {}) => {
      const identifier = `com.example.${profileId}`
      const version = { name: profileId, identifier, scope, checksum, size: 1, payloadTypes, content: { gzip: '' } }
      const command = { type: 'UploadProfile', data: { ...version, teamId, family: 'apple' } } as const
      await app.execute(profile, profileId, command, testCause())
      await caughtUp()
    },
    stateOf,
    answerAll: async (hostIds) => {
      for (const hostId of hostIds)
        for (const commandId of (await stateOf(hostId)).commands.waiting.keys())
          await app.execute(host, hostId, reportOf(commandId), testCause())
      await caughtUp()
    },
    eventsOf: async (hostId, type) => (await app.log.readStream(`host-${hostId}`)).filter((event) => event.type === type),
  }
}

/** An app whose decisions on some streams fail. */
export const failing = (app: App, fails: (id: string) => boolean): App => ({
  ...app,
  execute: (decider, id, command, cause) =>
    fails(id) ? Promise.reject(new Error('The log did not answer.')) : app.execute(decider, id, command, cause),
})
