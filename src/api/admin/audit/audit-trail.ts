import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { audit, theAudit } from '../../../domain/audit/audit.ts'
import type { AuditEvent, ExportWish } from '../../../domain/audit/events.ts'
import { eventTypes } from '../../../domain/event-types.ts'
import { host } from '../../../domain/host/host.ts'
import type { Position, Recorded } from '../../../kernel/event.ts'
import { streamOf } from '../../../kernel/ids.ts'
import { choiceOf } from '../../audit-choice.ts'
import { exportedLines } from '../../audit-export.ts'
import { auditKeyOf } from '../../audit-key.ts'
import { checkpointsOf } from '../../checkpoints.ts'
import { HttpRefusal, refuse } from '../../errors.ts'
import { numberText, queryOf } from '../../parsing.ts'
import type { AdminDeps, Handlers } from '../deps.ts'
import { knownName } from '../doors/known-name.ts'

const name = z.string().min(1).max(255)
const given = <T>(schema: z.ZodType<T>, what: string) =>
  schema
    .optional()
    .transform((value) => value ?? null)
    .describe(what)

export const exportQuery = z.object({
  from: given(z.string().min(1).max(128), 'A time in ISO 8601 or a position in the log; it belongs to the export.'),
  to: given(z.string().min(1).max(128), 'The same.'),
  host: given(numberText, 'Only what happened to this host.'),
  actor: given(name, 'Whoever did it, by the whole name.'),
  type: given(name, 'The type of the events, such as `TeamCreated`.'),
  category: given(name, 'What the events are about, such as `team`.'),
})

export const checkpointQuery = z.object({
  before: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('The revision where the page before ended, as its `meta.next` says.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

/** How long an export waits for the chain, and how often it looks, ms. */
const patienceMs = 15_000
const lookEveryMs = 50

/** An export is signed whenever it is asked for; what is due by time is another's. */
const never = { everyEvents: Infinity, everyMs: Infinity }

type AuditTrailRoutes = Pick<Handlers, 'GET /audit/export' | 'GET /audit/checkpoints' | 'GET /audit/key'>

/** The log for auditors: all of it with what proves it, and what the server signed. */
export const auditTrailRoutes = ({ app, settings }: Pick<AdminDeps, 'app' | 'settings'>): AuditTrailRoutes => {
  const key = auditKeyOf(app)
  const checkpoints = checkpointsOf(app, key, never)
  const { chain } = app.audit

  const chainedUpTo = async (position: Position): Promise<void> => {
    for (const until = Date.now() + patienceMs; Date.now() < until; await pause(lookEveryMs)) {
      const head = await chain.head()
      if (head !== null && head.position >= position) return
    }
    throw new HttpRefusal(503, [
      { name: 'base', reason: 'The chain over the log is behind; is a projector running? Try again later.' },
    ])
  }

  return {
    'GET /audit/export': async (request, response, { actor, cause }) => {
      const wish = knownWish(queryOf(exportQuery, request))
      if (wish.host !== null && (await app.load(host, wish.host)).revision === -1)
        refuse(404, 'host', `The host ${wish.host} does not exist.`)
      const head = await app.log.head()
      const choice = choiceOf(wish, head ?? '')
      const { position } = await app.execute(audit, theAudit, { type: 'NoteExport', data: wish }, cause)
      const noted = position ?? head ?? ''
      await chainedUpTo(noted)
      const signed = await checkpoints.now()
      const end = signed ?? noted
      await chainedUpTo(end)
      const server = { name: settings.organization, url: settings.publicUrl }
      const exporting = { wish, choice, end, key: await key(), server, by: actor.id }
      response.attachment(`audit-${app.clock().toISOString().replaceAll(':', '-')}.jsonl`).type('application/x-ndjson')
      await pipeline(Readable.from(exportedLines(app, exporting)), response).catch((error: unknown) => {
        // Who asked went away, which is theirs to do.
        if (!request.socket.destroyed) throw error
      })
    },

    'GET /audit/checkpoints': async (request, response) => {
      const { before, limit } = queryOf(checkpointQuery, request)
      const { revision } = await app.load(audit, theAudit)
      const last = Math.min(revision, (before ?? revision + 1) - 1)
      const from = Math.max(0, last - limit + 1)
      const stream = streamOf(audit.category, theAudit)
      const page =
        last < 0 ? [] : ((await app.log.readStream(stream, { from, limit: last - from + 1 })) as readonly Recorded<AuditEvent>[])
      const head = await chain.head()
      response.json({
        checkpoints: page.toReversed().flatMap((event) => (event.type === 'AuditCheckpointed' ? [checkpointJson(event)] : [])),
        chain: head === null ? null : { count: head.number, position: head.position, link: head.link },
        meta: { next: from === 0 ? null : from },
      })
    },

    'GET /audit/key': async (_, response) => {
      const { fingerprint, publicPem } = await key()
      response.json({ algorithm: 'Ed25519', fingerprint, public_key: publicPem })
    },
  }
}

/** The wish with its names as they are spelt. Refuses with 400 a category that no stream is of, and a type that none of its events is of. */
const knownWish = (wish: ExportWish): ExportWish => {
  const category =
    wish.category === null
      ? null
      : knownName(wish.category, { field: 'category', known: Object.keys(eventTypes), nothing: 'No event is of the category' })
  const known = Object.entries(eventTypes).flatMap(([one, types]) => (category === null || category === one ? types : []))
  const nothing = category === null ? 'No event is of the type' : `No event of the category ${category} is of the type`
  return { ...wish, category, type: wish.type === null ? null : knownName(wish.type, { field: 'type', known, nothing }) }
}

export const checkpointJson = ({ revision, position, data }: Recorded<Extract<AuditEvent, { type: 'AuditCheckpointed' }>>) => ({
  ...{ revision, event_position: position, position: data.position, count: data.count, link: data.link },
  ...{ at: data.at, key_id: data.keyId, signature: data.signature },
})
