import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { inParallel } from '../../../app/in-parallel.ts'
import { host } from '../../../domain/host/host.ts'
import { Rejection } from '../../../kernel/rejection.ts'
import { profileById } from '../../../projections/profiles.ts'
import { hostsWithProfile } from '../../../projections/rollout.ts'
import { refuse } from '../../errors.ts'
import { bodyOf } from '../../parsing.ts'
import type { AdminDeps, Handlers } from '../deps.ts'
import { usuallyAtOnce } from '../transfers/move-hosts.ts'

export const wish = z.object({
  profile_uuid: z.string().min(1).max(64),
  filters: z.object({ profile_status: z.literal('failed', 'Only settings that failed are sent again by the batch.') }),
  rate_per_minute: z.int().min(1).max(100_000).optional().describe('To so many hosts a minute; absent: to all at once.'),
})

type Deps = Readonly<{ app: App; settings: Pick<AdminDeps['settings'], 'hostsAtOnce'> }>

/** How many hosts are asked at once, and in a page: bounds what is in flight. */
const atOnce = 64
const page = 1000

/**
 * Sends a setting again to every host on which it failed, all at once or with `rate_per_minute` one after the other. Answers 202 with how many;
 * done again, it finds those that failed since. More than `hostsAtOnce` are left to a worker.
 */
export const resendBatchRoute =
  ({ app, settings: { hostsAtOnce = usuallyAtOnce } }: Deps): Handlers['POST /configuration_profiles/resend/batch'] =>
  async (request, response, { cause }) => {
    const { profile_uuid: profileId, filters, rate_per_minute: rate } = bodyOf(wish, request)
    const [row] = await app.read(profileById(profileId))
    if (row === undefined) return refuse(404, 'profile_uuid', `The profile ${profileId} does not exist.`)
    const type = row.kind === 'declaration' ? 'ResendDeclaration' : 'ResendProfile'
    const resend = async (hostId: string): Promise<number> => {
      try {
        return (await app.execute(host, hostId, { type, data: { profileId } }, cause)).events.length
      } catch (error) {
        // It is under way again, or gone, since the question was asked.
        if (error instanceof Rejection) return 0
        throw error
      }
    }
    const begun = app.clock().getTime()
    const dueAt = (place: number): string => new Date(begun + (place * 60_000) / (rate ?? Infinity)).toISOString()
    let count = 0
    let isShort: boolean | null = null
    for (let after = ''; ;) {
      const hosts = await app.read(hostsWithProfile(profileId, filters.profile_status, after, page))
      isShort ??= rate === undefined && hosts.length <= hostsAtOnce
      if (isShort) {
        const sent = await inParallel(hosts, atOnce, ({ host_id }) => resend(host_id))
        count += sent.filter((events) => events > 0).length
      } else {
        const from = count
        const turn = ({ host_id }: Readonly<{ host_id: string }>, index: number) => ({
          ...{ kind: 'resend-settings', key: `${host_id}/${profileId}`, dueAt: dueAt(from + index) },
          ...{ causeId: cause.id, correlationId: cause.correlationId },
        })
        await app.work.addNow(hosts.map(turn))
        count += hosts.length
      }
      const last = hosts.at(-1)
      if (last === undefined) break
      after = last.host_id
    }
    response.status(202).json({ host_count: count, ...(rate !== undefined && { done_at: dueAt(Math.max(0, count - 1)) }) })
  }
