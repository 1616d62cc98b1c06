import type { App } from '../../app/app.ts'
import { host } from '../../domain/host/host.ts'
import type { Cause } from '../../kernel/event.ts'
import { asDesired, desiredOfHost } from '../../projections/rollout.ts'
import type { NodeAnswer } from '../../protocols/windows/confirmation.ts'
import { confirmationOf } from '../../protocols/windows/confirmation.ts'
import { normalLocUri } from '../../protocols/windows/syncml/loc-uris.ts'
import type { SyncItem, SyncStatus } from '../../protocols/windows/syncml/message.ts'
import type { Overridings } from './overriding.ts'
import type { ProfileText } from './profile-texts.ts'
import { providerId } from './settings.ts'

/** Holds a device's own settings, as it answered when it was asked for them, against the profiles that it should have. */
export type Observe = (
  hostId: string,
  told: Readonly<{ statuses: readonly SyncStatus[]; items: readonly SyncItem[]; locUriOf: (cmdId: string) => string | null }>,
  cause: Cause,
) => Promise<void>

export const observing = (
  app: Pick<App, 'load' | 'execute' | 'read'>,
  textOf: ProfileText,
  lostOn: Overridings['lostOn'],
): Observe => {
  const listedOn = async (hostId: string, answers: ReadonlyMap<string, NodeAnswer>) => {
    const { hostProfiles } = (await app.load(host, hostId)).state
    const held = Object.entries(hostProfiles).filter(
      ([, { operation, status, overridden }]) =>
        operation === 'install' && (status === 'verified' || status === 'verifying' || overridden !== undefined),
    )
    return Promise.all(
      held.map(async ([profileId, { identifier, checksum, status }]) => {
        const lost = await lostOn(hostId, profileId)
        const confirmation = confirmationOf(await textOf(hostId, profileId, checksum), answers, lost)
        return { identifier, confirmation, wasVerified: status !== 'verifying' }
      }),
    )
  }

  return async (hostId, { statuses, items, locUriOf }, cause) => {
    const looked = await listedOn(hostId, answersIn(statuses, items, locUriOf))
    // What is still under way is asked for again later, with all the rest.
    if (looked.some(({ confirmation, wasVerified }) => confirmation === 'unknown' && !wasVerified)) return
    const there = looked.filter(({ confirmation }) => confirmation !== 'missing').map(({ identifier }) => identifier)
    const data = {
      ...({ source: 'profile-list', scope: 'both', previousReportAt: null } as const),
      // The server's own node is always there, and no list is empty.
      profiles: [providerId, ...there].map((identifier) => ({ identifier, name: null, installedAt: null })),
      desired: (await app.read(desiredOfHost(hostId))).map(asDesired),
      expected: [providerId],
    }
    await app.execute(host, hostId, { type: 'ObserveProfiles', data }, cause)
  }
}

/** What was told of each node, by its normal form. */
const answersIn = (
  statuses: readonly SyncStatus[],
  items: readonly SyncItem[],
  locUriOf: (cmdId: string) => string | null,
): ReadonlyMap<string, NodeAnswer> => {
  const values = new Map(items.map(({ source, target, data }) => [normalLocUri(source ?? target ?? ''), data]))
  return new Map(
    statuses.flatMap(({ cmdRef, data }) => {
      const locUri = locUriOf(cmdRef)
      if (locUri === null) return []
      const node = normalLocUri(locUri)
      return [[node, { status: data, data: values.get(node) ?? null }] as const]
    }),
  )
}
