import type { App } from '../../app/app.ts'
import { host } from '../../domain/host/host.ts'
import type { Overriding } from '../../domain/host-profiles/overriding.ts'
import { hasASay } from '../../domain/host-profiles/state.ts'
import type { Cause } from '../../kernel/event.ts'
import { uploadsOf } from '../../projections/profiles.ts'
import type { Claim, Claimant } from '../../protocols/windows/last-word.ts'
import { claimsIn, lostClaims, nodesTold } from '../../protocols/windows/last-word.ts'
import { normalLocUri } from '../../protocols/windows/syncml/loc-uris.ts'
import type { ProfileText } from './profile-texts.ts'

/** Which profiles of a Windows host others override, by the values that they have on that host. */
export type Overridings = Readonly<{
  /** Nodes of a profile, in normal form, on which another has the last word: they are not sent. */
  lostOn: (hostId: string, profileId: string) => Promise<ReadonlySet<string>>
  /** Tells the host's stream what is overridden by now. */
  note: (hostId: string, cause: Cause) => Promise<void>
}>

type InForce = Claimant & Readonly<{ checksum: string }>
type Lost = ReadonlyMap<string, readonly Readonly<{ claim: Claim; to: InForce }>[]>

export const overridings = (app: Pick<App, 'load' | 'read' | 'execute'>, textOf: ProfileText): Overridings => {
  const lost = async (hostId: string): Promise<Lost> => {
    const { hostProfiles } = (await app.load(host, hostId)).state
    const counted = Object.entries(hostProfiles).filter(([, has]) => hasASay(has))
    if (counted.length < 2) return new Map()
    const uploads = new Map((await app.read(uploadsOf(counted.map(([id]) => id)))).map((row) => [row.profile_id, row]))
    const all = await Promise.all(
      counted.map(async ([profileId, { checksum, identifier }]): Promise<InForce> => {
        const since = uploads.get(profileId)?.uploaded_at
        return {
          ...{ profileId, checksum, name: uploads.get(profileId)?.name ?? identifier },
          since: since === undefined ? '' : new Date(since).toISOString(),
          claims: claimsIn(await textOf(hostId, profileId, checksum)),
        }
      }),
    )
    return lostClaims(all)
  }

  return {
    lostOn: async (hostId, profileId) =>
      new Set((await lost(hostId)).get(profileId)?.map(({ claim }) => normalLocUri(claim.locUri)) ?? []),

    note: async (hostId, cause) => {
      const { hostProfiles } = (await app.load(host, hostId)).state
      const found = await lost(hostId)
      const all = [...found].map(([profileId, lostNodes]): Overriding => {
        const by = [...new Map(lostNodes.map(({ to }) => [to.profileId, to])).values()]
        return {
          ...{ profileId, checksum: hostProfiles[profileId]?.checksum ?? '' },
          by: by.map((one) => ({ profileId: one.profileId, checksum: one.checksum })),
          detail: detailOf(
            by,
            lostNodes.map(({ claim }) => claim.locUri),
          ),
        }
      })
      if (all.length === 0 && Object.values(hostProfiles).every(({ overridden }) => overridden === undefined)) return
      await app.execute(host, hostId, { type: 'NoteOverriding', data: { all } }, cause)
    },
  }
}

const detailOf = (by: readonly InForce[], nodes: readonly string[]): string => {
  const [names, which] = [by.map(({ name }) => name).join(', '), by.length === 1 ? 'which was' : 'which were']
  return `Overridden by ${names}, ${which} uploaded later: ${nodesTold(nodes)} ${nodes.length === 1 ? 'has' : 'have'} another value there.`
}
