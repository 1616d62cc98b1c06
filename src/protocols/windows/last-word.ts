import { settingsIn } from './profile-delivery.ts'
import { isSameValue } from './same-value.ts'
import { normalLocUri } from './syncml/loc-uris.ts'

/** A node that a profile sets, and to what. */
export type Claim = Readonly<{ locUri: string; format: string | null; data: string }>

/** A profile with what it claims; `since` tells when its content was uploaded, ISO 8601. */
export type Claimant = Readonly<{ profileId: string; name: string; since: string; claims: ReadonlyMap<string, Claim> }>

/** What a profile sets, by the normal forms of nodes; of a node that it sets twice, the last. Nodes without a value are nobody's alone. */
export const claimsIn = (content: string): ReadonlyMap<string, Claim> =>
  new Map(
    settingsIn(content).flatMap((setting) =>
      setting.format === 'node' ? [] : [[normalLocUri(setting.locUri), setting] as const],
    ),
  )

/**
 * Which claims lose against which profile, by the profile that loses: on a node that several profiles set to different values, the one whose content was
 * uploaded last has the last word; of those uploaded at one time, the one whose name comes last. Who sets it to the same value loses nothing.
 */
export const lostClaims = <C extends Claimant>(
  all: readonly C[],
): ReadonlyMap<string, readonly Readonly<{ claim: Claim; to: C }>[]> => {
  const last = new Map<string, C>()
  for (const one of all.toSorted(bySay)) for (const node of one.claims.keys()) last.set(node, one)
  const lost = all.map((one) => {
    const own = [...one.claims].flatMap(([node, claim]) => {
      const to = last.get(node)
      const wins = to?.claims.get(node)
      return to === undefined || wins === undefined || isSameValue(claim.format, claim.data, wins.data) ? [] : [{ claim, to }]
    })
    return [one.profileId, own] as const
  })
  return new Map(lost.filter(([, own]) => own.length > 0))
}

const mostNodes = 3

/** Nodes for people: the first of them, and how many more there are. */
export const nodesTold = (nodes: readonly string[]): string => {
  const more = nodes.length - mostNodes
  return `${nodes.slice(0, mostNodes).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`
}

/** Who has the last word comes last. */
const bySay = (one: Claimant, other: Claimant): number =>
  compared(one.since, other.since) || compared(one.name, other.name) || compared(one.profileId, other.profileId)

const compared = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
