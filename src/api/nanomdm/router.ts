import type { Request, Response } from 'express'
import { raw, Router } from 'express'
import type { App } from '../../app/app.ts'
import type { Push, PushCredentials } from '../../app/ports.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { Rejection } from '../../kernel/rejection.ts'
import { currentPushCertificate } from '../../projections/push-certificates.ts'
import { tokensOf } from '../admin/doors/authenticate.ts'
import { uploadPushCertificate } from '../admin/certificates/push-certificates.ts'
import { attemptsOf } from '../attempts.ts'
import { HttpRefusal, statusOf } from '../errors.ts'
import { causeFor, nanomdmAccess } from './access.ts'
import { enqueue } from './enqueueing.ts'
import { addresseesIn } from './enrollment-id.ts'
import { escrowUnlock } from './escrow-unlock.ts'
import { importCheckIn } from './migration.ts'
import { pushTo } from './pushing.ts'

export type NanomdmDeps = Readonly<{
  app: App
  push: Push
  pushCredentials: (topic: string) => Promise<PushCredentials | null>
  topics: () => Promise<readonly string[]>
  /** Beside API tokens; null: none. */
  key: string | null
  escrowUnlockUrl: string
  /** PEM of the authority of `escrowUnlockUrl`, when it is not the system's. */
  escrowUnlockCa?: string
  version: string
}>

const bodyLimit = 2 * 1024 * 1024

/** NanoMDM's HTTP API, so that its tools work here. https://github.com/micromdm/nanomdm/blob/main/docs/operations-guide.md */
export const nanomdmRoutes = (deps: NanomdmDeps): Router => {
  const { app, push } = deps
  const access = nanomdmAccess(tokensOf(app), deps.key, attemptsOf(app.clock, { limit: 60, windowMs: 60_000 }))
  const body = raw({ type: () => true, limit: bodyLimit })

  const pushing = async (request: Request, response: Response): Promise<void> => {
    const addressees = addresseesIn(textOf(request.params['ids']))
    const answers = await pushTo(app, push, addressees)
    const failed = [...answers.values()].filter((answer) => 'push_error' in answer).length
    response.status(statusFor(addressees.length, failed)).json({ status: Object.fromEntries(answers) })
  }

  const enqueueing = async (request: Request, response: Response): Promise<void> => {
    const addressees = addresseesIn(textOf(request.params['ids']))
    const { commandId, requestType, errors, positions } = await enqueue(app, bytesOf(request), addressees, causeOf(response))
    const latest = positions.reduce<string | null>((last, next) => (last === null || (next ?? '') > last ? next : last), null)
    await app.caughtUp({ position: latest })
    const noPush = isTrue(request.query['nopush'])
    const pushed = noPush
      ? new Map<string, object>()
      : await pushTo(
          app,
          push,
          addressees.filter(({ id }) => !errors.has(id)),
        )
    const status = Object.fromEntries(
      addressees.map(({ id }) => {
        const error = errors.get(id)
        return [id, error === undefined ? (pushed.get(id) ?? {}) : { command_error: error }]
      }),
    )
    response.status(statusFor(addressees.length, errors.size)).json({
      status,
      ...(noPush ? { no_push: true } : {}),
      command_uuid: commandId,
      request_type: requestType,
    })
  }

  const uploading = async (request: Request, response: Response): Promise<void> => {
    const text = bytesOf(request).toString('utf8')
    const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(text)?.[0] ?? ''
    const key = /-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[^-]+-----END (?:RSA |EC )?PRIVATE KEY-----/.exec(text)?.[0] ?? ''
    const wish = { certificate, key, replaceTopic: false }
    const uploaded = await uploadPushCertificate(app, wish, causeOf(response))
    await app.caughtUp(uploaded)
    const { topic, notAfter } = uploaded
    response.json({ topic, not_after: notAfter })
  }

  const showing = async ({ query }: Request, response: Response): Promise<void> => {
    const [row] = await app.read(currentPushCertificate())
    const { topic } = query
    if (row === undefined) response.status(404).json({ error: 'No push certificate was uploaded yet.' })
    else if (topic !== undefined && topic !== row.topic)
      response
        .status(404)
        .json({ error: `The push certificate of this server is not for the topic ${textOf(topic)}, but for ${row.topic}.` })
    else response.json({ topic: row.topic, not_after: row.not_after })
  }

  const unlocking = async (request: Request, response: Response): Promise<void> => {
    const form = new URLSearchParams(bytesOf(request).toString('utf8'))
    for (const [name, value] of Object.entries(request.query)) if (typeof value === 'string') form.set(name, value)
    const credentials = await deps.pushCredentials(
      form.get('topic') ?? (await app.read(currentPushCertificate()))[0]?.topic ?? '',
    )
    if (credentials === null) return void response.status(400).json({ error: 'There is no push certificate for this topic.' })
    const reply = await escrowUnlock(deps.escrowUnlockUrl, credentials, form, deps.escrowUnlockCa)
    response.status(reply.status).type(reply.type).send(reply.body)
  }

  const migrating = async (request: Request, response: Response): Promise<void> => {
    const cause = causeFor('importer', String(response.locals['caller']))
    await importCheckIn({ ...app, topics: deps.topics }, bytesOf(request), cause)
    response.status(200).end()
  }

  return Router()
    .get('/version', (_, response) => {
      response.json({ version: deps.version })
    })
    .get('/v1/pushcert', access, answering(app, showing))
    .put('/v1/pushcert', access, body, answering(app, uploading))
    .get('/v1/push/:ids', access, answering(app, pushing))
    .put('/v1/push/:ids', access, answering(app, pushing))
    .put('/v1/enqueue/:ids', access, body, answering(app, enqueueing))
    .put('/v1/escrowkeyunlock', access, body, answering(app, unlocking))
    .post('/v1/escrowkeyunlock', access, body, answering(app, unlocking))
    .put('/migration', access, body, answering(app, migrating))
}

type Answering = (request: Request, response: Response) => Promise<void>

/** Errors in NanoMDM's form, `{error}`. */
const answering =
  ({ logger }: Pick<App, 'logger'>, handle: Answering): Answering =>
  async (request, response) => {
    try {
      await handle(request, response)
    } catch (error) {
      const status = statusFrom(error)
      if (status >= 500) logger.error({ err: error, path: request.path }, 'a request failed')
      response.status(status).json({ error: status >= 500 ? 'The server failed; its log says why.' : (error as Error).message })
    }
  }

const statusFrom = (error: unknown): number => {
  if (error instanceof ParseError) return 400
  if (error instanceof HttpRefusal) return error.status
  if (error instanceof Rejection) return (statusOf as Readonly<Record<string, number | undefined>>)[error.code] ?? 500
  return 500
}

/** All went well, some did, or none. */
const statusFor = (all: number, failed: number): number => (failed === 0 ? (all === 0 ? 400 : 200) : failed === all ? 500 : 207)

const causeOf = (response: Response) => causeFor('admin', String(response.locals['caller']))

const bytesOf = (request: Request): Buffer => (Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0))

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const isTrue = (value: unknown): boolean => value === '1' || value === 'true' || value === ''
