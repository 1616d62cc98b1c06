import { randomUUID } from 'node:crypto'
import { postgresEventLog } from '../src/adapters/postgres/event-log.ts'
import { evidenceOf } from '../src/api/admin/explanations/explanation-evidence.ts'
import { executor } from '../src/app/execute.ts'
import type { EventLog, NewEvent } from '../src/app/ports.ts'
import { explainProfile } from '../src/domain/explanation/explain.ts'
import type { HostEvent } from '../src/domain/host/events.ts'
import type { LabelEvent } from '../src/domain/labels/events.ts'
import { everyHost } from '../src/domain/profiles/events.ts'
import type { ProfileEvent } from '../src/domain/profiles/events.ts'
import { benchDatabase } from './support/database.ts'
import type { Benchmark } from './support/report.ts'
import { median, result } from './support/report.ts'

const hostEvents = 10_000
const rounds = 20
const hostId = '7'
const profileId = `a${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`

/** A host with a long life, of which a tenth is about the profile that is asked for. */
export const explain: Benchmark = {
  about: 'ms to explain a profile on a host with 10,000 events; limit: reading the same streams',
  run: async () => {
    const database = await benchDatabase()
    const log = await postgresEventLog({ url: database.url })
    try {
      await fill(log)
      const { load } = executor(log, () => new Date())
      const head = (await log.head()) ?? ''
      const explainOnce = async (): Promise<number> => {
        const evidence = await evidenceOf({ log, load }, { hostId, profileId, commandId: null }, { text: head, position: head })
        const { verdict, chain, leftOut } = explainProfile(evidence, profileId, null)
        if (verdict.status !== 'verified') throw new Error(verdict.sentence)
        return chain.length + leftOut
      }
      await explainOnce()
      await readAll(log)
      const explaining: number[] = []
      const reading: number[] = []
      let links = 0
      for (let round = 0; round < rounds; round++) {
        reading.push(await timed(() => readAll(log)))
        explaining.push(await timed(async () => void (links = await explainOnce())))
      }
      return result('explain', median(explaining), 'ms', median(reading), { events: hostEvents, links, rounds })
    } finally {
      await log.close()
      await database.stop()
    }
  },
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

/** The same pages, as whoever wants all of them would read them. */
const readAll = async (log: EventLog): Promise<void> => {
  for (const stream of [`host-${hostId}`, `profile-${profileId}`, 'label-101'])
    for (let from = 0; ; from += 500) if ((await log.readStream(stream, { from, limit: 500 })).length < 500) break
}

const fill = async (log: EventLog): Promise<void> => {
  const at = new Date().toISOString()
  const metadata = {
    $correlationId: 'bench',
    $causationId: 'bench',
    actor: { kind: 'admin', id: 'bench' },
    at,
    hostIds: [],
  } as const
  const append = async (stream: string, events: readonly (HostEvent | ProfileEvent | LabelEvent)[]): Promise<void> => {
    for (let from = 0; from < events.length; from += 1000) {
      const page = events.slice(from, from + 1000)
      await log.append(
        stream,
        page.map((event): NewEvent => ({ ...event, eventId: randomUUID(), metadata })),
        from === 0 ? 'no_stream' : from - 1,
      )
    }
  }
  await append('label-101', [
    {
      type: 'LabelCreated',
      data: { name: 'Lab', description: '', platform: null, query: 'select 1', criteria: null, kind: 'dynamic' },
    },
  ])
  await append(`profile-${profileId}`, [
    {
      type: 'ProfileUploaded',
      data: {
        ...{ name: 'Wi-Fi', identifier: 'com.example.wifi', scope: 'System', checksum: 'c0ffee', size: 1, payloadTypes: [] },
        ...{ content: { gzip: '' }, teamId: '0', family: 'apple', targets: { ...everyHost, includeAny: ['101'] } },
      },
    },
  ])
  await append(`host-${hostId}`, life())
}

const seal = { keyId: 'bench', nonce: 'bench', sealed: 'bench' }

const life = (): readonly HostEvent[] => {
  const channel = { channel: 'device', enrollmentId: 'e', topic: 't', tokenFingerprint: 'f', push: seal }
  const beginning: readonly HostEvent[] = [
    {
      type: 'HostDiscovered',
      data: { source: 'apple', hardwareId: 'h', platform: 'darwin', facts: { name: 'Atlas', serial: 'S', osVersion: '15.3' } },
    },
    {
      type: 'EnrollmentStarted',
      data: { epoch: 1, enrollmentId: 'e', kind: 'device', topic: 't', certificate: 'c', because: 'first-enrollment' },
    },
    { type: 'ChannelOpened', data: { ...channel, awaitingConfiguration: false, user: null } },
    { type: 'LabelMembershipChanged', data: { joined: ['101'], left: [], learned: ['101'], because: 'reported' } },
    ...delivered(profileId, 'first'),
  ]
  const rounds = Math.ceil((hostEvents - beginning.length) / 4)
  return [
    ...beginning,
    // Every tenth round is about the profile: it is sent again.
    ...Array.from({ length: rounds }, (_, round) =>
      delivered(round % 10 === 0 ? profileId : `other-${String(round % 40)}`, String(round)),
    ).flat(),
    { type: 'ProfilesObserved', data: { source: 'agent', seen: [profileId], missed: [], appeared: [], gone: [] } },
  ]
}

const delivered = (id: string, round: string): readonly HostEvent[] => {
  const commandId = `${id}/${round}`
  const request = {
    kind: 'install-profile',
    profileId: id,
    identifier: `com.example.${id}`,
    checksum: 'c0ffee',
    scope: 'System',
  } as const
  return [
    { type: 'CommandsQueued', data: { commands: [{ commandId, channel: 'device', request, reason: { code: 'resend-asked' } }] } },
    { type: 'CommandSent', data: { commandId } },
    { type: 'CommandAnswered', data: { commandId, outcome: 'acknowledged', errors: [], result: null, late: false } },
    { type: 'ProfileInstalled', data: { profileId: id, checksum: 'c0ffee', status: 'verifying' } },
  ]
}
