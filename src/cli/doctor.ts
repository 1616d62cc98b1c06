import { ApiError } from '../client/api-error.ts'
import type { Webhook } from '../client/json.ts'
import type { MusterClient } from '../client/muster-client.ts'
import { table } from './table.ts'

/** One thing that was looked at. `warns`: it works, and will not for ever. */
export type Finding = Readonly<{ what: string; state: 'well' | 'warns' | 'ails'; detail: string }>

const dayMs = 24 * 60 * 60 * 1000
const warnDays = 30

type Look = (client: MusterClient, now: Date) => Promise<readonly Omit<Finding, 'what'>[]>

const well = (detail: string) => ({ state: 'well', detail }) as const

const looks: Readonly<Record<string, Look>> = {
  server: async (client) => {
    const { events, hosts } = await client.statistics()
    return [well(`It answers: ${String(hosts)} hosts, ${String(events)} events.`)]
  },

  process: async (client) => {
    try {
      // Read models are looked at by themselves.
      const checks = (await client.upkeep.readiness()).filter(({ name }) => name !== 'projections')
      const missing = checks.filter(({ ok }) => !ok)
      if (missing.length === 0) return [well(`It has what it needs: ${checks.map(({ name }) => name).join(', ')}.`)]
      return missing.map(({ name, vital, detail = 'it does not answer' }) => ({
        state: vital ? 'ails' : 'warns',
        detail: `${name}: ${detail}.`,
      }))
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error
      return [{ state: 'warns', detail: 'What stands before the server does not let /readyz through.' }]
    }
  },

  'read models': async (client) => {
    const all = await client.projections.list()
    const stuck = all.filter(({ status }) => status === 'stuck')
    if (stuck.length > 0)
      return stuck.map(({ name, failure }) => ({
        state: 'ails',
        detail: `${name} is stuck: ${failure?.error ?? 'no reason told'}.`,
      }))
    const aside = all.filter(({ set_aside }) => set_aside.count > 0)
    if (aside.length > 0)
      return aside.map(({ name, set_aside: { count, newest } }) => ({
        state: 'ails',
        detail: `${name} goes on without ${String(count)} of the events, which it cannot take in: ${newest[0]?.reason ?? 'no reason told'}.`,
      }))
    const building = all.filter(({ status }) => status === 'building').length
    return [
      well(
        `All ${String(all.filter(({ shown }) => shown).length)} go on${building > 0 ? `, ${String(building)} are being filled` : ''}.`,
      ),
    ]
  },

  work: async (client) => {
    const parked = await client.upkeep.parkedWork()
    if (parked.length === 0) return [well('Nothing is parked.')]
    const kinds = [...new Set(parked.map(({ kind }) => kind))].join(', ')
    return [{ state: 'ails', detail: `${String(parked.length)} rows are parked (${kinds}); see GET /work/parked.` }]
  },

  webhooks: async (client, now) => {
    const told = (await client.webhooks.list()).filter(({ configured, set_aside }) => configured || set_aside > 0)
    if (told.length === 0) return [well('There is nobody to be told.')]
    return told.flatMap((webhook) => lookAtWebhook(webhook, now))
  },

  'push certificate': async (client, now) => {
    try {
      const { topic, not_after, devices_out_of_reach = 0, warning } = await client.pushCertificate.get()
      const reach: readonly Omit<Finding, 'what'>[] =
        devices_out_of_reach === 0 ? [] : [{ state: 'warns', detail: warning ?? '' }]
      return [lasting(topic, not_after, now), ...reach]
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error
      return [{ state: 'warns', detail: 'There is none: Apple devices are served when they call, and cannot be woken.' }]
    }
  },

  authorities: async (client, now) =>
    (await client.upkeep.authorities())
      .filter(({ standing }) => standing === 'issuer')
      .map(({ subject, not_after }) => lasting(subject, not_after, now)),

  'identity certificates': async (client) => {
    const ending = await client.upkeep.endingCertificates(warnDays)
    return ending.length === 0
      ? [well(`None ends within ${String(warnDays)} days.`)]
      : [{ state: 'warns', detail: `${String(ending.length)} end within ${String(warnDays)} days; their renewal is late.` }]
  },
}

/** Longer than a receiver is restarted for, ms. */
const awayMs = 15 * 60 * 1000

const lookAtWebhook = ({ name, waiting, waiting_since, set_aside, topics }: Webhook, now: Date): Awaited<ReturnType<Look>> => {
  const kinds = Object.keys(topics).join(', ')
  const isAway = waiting_since !== null && now.getTime() - Date.parse(waiting_since) > awayMs
  const findings = [
    ...(set_aside > 0
      ? [
          {
            state: 'warns',
            detail: `The receiver of ${name} refused ${String(set_aside)} (${kinds}); see \`muster webhooks\`.`,
          } as const,
        ]
      : []),
    ...(isAway
      ? [{ state: 'warns', detail: `The receiver of ${name} has not taken ${String(waiting)}, since ${waiting_since}.` } as const]
      : []),
  ]
  return findings.length > 0 ? findings : [well(`The receiver of ${name} takes what it is told.`)]
}

const lasting = (name: string, notAfter: string, now: Date): Omit<Finding, 'what'> => {
  const days = Math.floor((Date.parse(notAfter) - now.getTime()) / dayMs)
  const detail = days < 0 ? `${name} ended at ${notAfter}.` : `${name} ends in ${String(days)} days.`
  if (days < 0) return { state: 'ails', detail }
  return { state: days < warnDays ? 'warns' : 'well', detail }
}

/** Looks at everything that a server needs; what the caller may not look at is told, too. Never throws for what it finds. */
export const examine = async (client: MusterClient, now: Date): Promise<readonly Finding[]> => {
  const found = await Promise.all(
    Object.entries(looks).map(async ([what, look]): Promise<readonly Finding[]> => {
      try {
        return (await look(client, now)).map((finding) => ({ what, ...finding }))
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        const mayNot = error.status === 403
        return [{ what, state: mayNot ? 'warns' : 'ails', detail: mayNot ? 'This token may not look.' : error.message }]
      }
    }),
  )
  return found.flat()
}

/** For people. */
export const findingsTable = (findings: readonly Finding[]): string =>
  table(
    ['what', 'state', 'detail'],
    findings.map(({ what, state, detail }) => [what, state, detail]),
  )
