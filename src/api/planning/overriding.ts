import type { App } from '../../app/app.ts'
import type { Content } from '../../kernel/content.ts'
import type { CohortEvent } from '../../projections/cohort-events.ts'
import { contentsOfWindows } from '../../projections/profiles.ts'
import type { DesiredProfileRow } from '../../projections/rollout.ts'
import type { Shifts } from '../../projections/shifts.ts'
import { differing } from '../../projections/shifts.ts'
import type { Claimant } from '../../protocols/windows/last-word.ts'
import { claimsIn, lostClaims, nodesTold } from '../../protocols/windows/last-word.ts'

/** Contents are read as a whole; of more than these, together, it is not told which override which. In bytes. */
const mostBytes = 4 * 1024 * 1024
const mostTold = 20

/**
 * Which Windows profiles would override others, by the values that they set to the same nodes, that do not do so now: as sentences. What secrets and
 * variables stand for is not looked at.
 */
export const overridingsIn = async (
  app: Pick<App, 'read' | 'blobs'>,
  { shifts, before, after }: Shifts,
  events: readonly CohortEvent[],
): Promise<readonly string[]> => {
  const pairs = shifts.map((shift) => ({ was: before.get(shift.before) ?? [], becomes: after.get(shift.after) ?? [] }))
  const changes = pairs.some(({ was, becomes }) => differing(was, becomes).some(isForWindows))
  if (!changes) return []
  const rows = pairs.flatMap(({ was, becomes }) => [...was, ...becomes]).filter(isForWindows)
  const stored = await app.read(contentsOfWindows([...new Set(rows.map(({ profile_id }) => profile_id))]))
  if (stored.reduce((sum, { size }) => sum + size, 0) > mostBytes)
    return ['Which Windows profiles override others is not told, for they are too large together.']
  const claimantOf = async (profileId: string, name: string, { at, content }: Version): Promise<Claimant> => ({
    ...{ profileId, name, since: new Date(at).toISOString() },
    claims: claimsIn(Buffer.from(await app.blobs.fetch(content)).toString('utf8')),
  })
  const now = await Promise.all(
    stored.map((row) => claimantOf(row.profile_id, row.name, { at: row.uploaded_at, content: row.content })),
  )
  const uploads = await Promise.all(
    events.flatMap((event) =>
      (event.type === 'ProfileUploaded' || event.type === 'ProfileEdited') && isWindowsId(event.id)
        ? [claimantOf(event.id, event.data.name, { at: event.at, content: event.data.content })]
        : [],
    ),
  )
  const [asItIs, asItWouldBe] = [byId(now), byId([...now, ...uploads])]
  const known = new Set(pairs.flatMap(({ was }) => overridden(was, asItIs).map(({ key }) => key)))
  const fresh = pairs.flatMap(({ becomes }) => overridden(becomes, asItWouldBe)).filter(({ key }) => !known.has(key))
  return [...new Set(fresh.map(({ sentence }) => sentence))].slice(0, mostTold)
}

type Version = Readonly<{ at: string; content: Content }>

/** Their ids begin with a letter of their own. */
const isWindowsId = (profileId: string): boolean => profileId.startsWith('w')

const isForWindows = ({ profile_id, mode }: DesiredProfileRow): boolean => mode !== 'kept' && isWindowsId(profile_id)

const byId = (all: readonly Claimant[]): ReadonlyMap<string, Claimant> => new Map(all.map((one) => [one.profileId, one]))

const overridden = (rows: readonly DesiredProfileRow[], claimants: ReadonlyMap<string, Claimant>) => {
  const all = rows.filter(isForWindows).flatMap(({ profile_id }) => claimants.get(profile_id) ?? [])
  return [...lostClaims(all)].flatMap(([profileId, lost]) =>
    [...new Set(lost.map(({ to }) => to))].map((to) => {
      const nodes = lost.flatMap((one) => (one.to === to ? [one.claim.locUri] : []))
      return {
        key: `${profileId} ${to.profileId} ${nodes.join(' ')}`,
        sentence: sentenceOf(claimants.get(profileId)?.name ?? '', to.name, nodes),
      }
    }),
  )
}

const sentenceOf = (loser: string, winner: string, nodes: readonly string[]): string =>
  `On Windows hosts that have both, the profile ${winner} would override ${loser}, which is older: they set ${nodesTold(nodes)} to different values.`
