import type { Request, Response } from 'express'
import { raw, Router } from 'express'
import type { App } from '../../app/app.ts'
import type { Push, PushCredentials } from '../../app/ports.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { Rejection } from '../../kernel/rejection.ts'
import { currentPushCertificate } from '../../projections/push-certificates.ts'
import { uploadPushCertificate } from '../admin/certificates/push-certificates.ts'
import { rawCommandIn } from '../admin/commands/raw-command.ts'
import { tokensOf } from '../admin/doors/authenticate.ts'
import { attemptsOf } from '../attempts.ts'
import { HttpRefusal } from '../errors.ts'
import { causeFor, nanomdmAccess } from './access.ts'
import { alreadyExists, enqueue } from './enqueueing.ts'
import type { Addressee } from './enrollment-id.ts'
import { addresseesIn, mostAddressees } from './enrollment-id.ts'
import { escrowUnlock, unlockFormIn } from './escrow-unlock.ts'
import { importCheckIn } from './migration.ts'
import { pushTo } from './pushing.ts'
import type { Answering, Outcome } from './replies.ts'
import { answering, statusFor } from './replies.ts'

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

/** Room for a command of 4 MiB and what is around it. */
const bodyLimit = 5 * 1024 * 1024

/**
 * NanoMDM's HTTP API, so that its tools work here. As there, every path takes every method.
 * https://github.com/micromdm/nanomdm/blob/v0.9.0/docs/openapi.yaml
 */
export const nanomdmRoutes = (deps: NanomdmDeps): Router => {
  const { app, push } = deps
  const access = nanomdmAccess(tokensOf(app), deps.key, attemptsOf(app.clock, { limit: 60, windowMs: 60_000 }))
  const body = raw({ type: () => true, limit: bodyLimit })

  const pushing = async (request: Request, response: Response): Promise<void> => {
    const told = addresseesOf(request)
    if ('problem' in told) return void response.status(500).json({ push_error: told.problem })
    const { addressees } = told
    const status = outcomesOf(addressees, await pushTo(app, push, { addressees, cause: causeOf(response) }))
    response.status(statusFor(Object.values(status))).json({ status })
  }

  const enqueueing = async (request: Request, response: Response): Promise<void> => {
    const told = addresseesOf(request)
    if ('problem' in told) return void response.status(500).json({ command_error: told.problem })
    const { addressees } = told
    const noPush = firstOf(request.query['nopush']) !== ''
    const plist = bytesOf(request)
    if (plist.length === 0) {
      if (!noPush) return pushing(request, response)
      return void response.status(500).json({ no_push: true, command_error: 'must enqueue or push' })
    }
    const cause = causeOf(response)
    const command = rawCommandIn(plist)
    const { commandId, errors, positions } = await enqueue(app, command, { addressees, cause }).catch((error: unknown) => {
      if (!(error instanceof Rejection) || error.code !== 'already-exists') throw error
      const all = addressees.map(({ id }) => [id, alreadyExists(command.commandId ?? '')] as const)
      return { commandId: command.commandId ?? '', errors: new Map(all), positions: null }
    })
    const about = { command_uuid: commandId, request_type: command.requestType }
    if (positions === null) return void response.status(500).json({ command_error: alreadyExists(commandId), ...about })
    const latest = positions.reduce<string | null>((last, next) => (last === null || (next ?? '') > last ? next : last), null)
    await app.caughtUp({ position: latest })
    const queued = addressees.filter(({ id }) => !errors.has(id))
    const pushed = noPush ? new Map<string, Outcome>() : await pushTo(app, push, { addressees: queued, cause })
    const refused = [...errors].map(([id, command_error]) => [id, { command_error }] as const)
    const status = outcomesOf(addressees, new Map<string, Outcome>([...pushed, ...refused]))
    const outcomes = addressees.map(({ id }) => status[id] ?? {})
    response.status(statusFor(outcomes)).json({
      ...(Object.keys(status).length > 0 && { status }),
      ...(noPush && { no_push: true }),
      ...about,
    })
  }

  const certificate = async (request: Request, response: Response): Promise<void> => {
    const text = bytesOf(request).toString('utf8')
    if (request.method === 'GET' && text === '') return showing(request, response)
    const { certificatePem, keyPem } = pairIn(text)
    const wish = { certificate: certificatePem, key: keyPem, replaceTopic: false }
    const uploaded = await uploadPushCertificate(app, wish, causeOf(response)).catch((error: unknown) => {
      if (error instanceof HttpRefusal && error.status === 422) throw new HttpRefusal(400, error.errors)
      throw error
    })
    await app.caughtUp(uploaded)
    const { topic, notAfter } = uploaded
    response.json({ topic, not_after: notAfter })
  }

  /** Beyond NanoMDM: what was uploaded. */
  const showing = async ({ query }: Request, response: Response): Promise<void> => {
    const [row] = await app.read(currentPushCertificate())
    const { topic } = query
    if (row === undefined) response.status(404).json({ error: 'No push certificate was uploaded yet.' })
    else if (topic !== undefined && topic !== row.topic)
      response
        .status(404)
        .json({ error: `The push certificate of this server is not for the topic ${firstOf(topic)}, but for ${row.topic}.` })
    else response.json({ topic: row.topic, not_after: row.not_after })
  }

  const unlocking = async (request: Request, response: Response): Promise<void> => {
    const { topic, form } = unlockFormIn(bytesOf(request).toString('utf8'))
    const credentials = await deps.pushCredentials(topic)
    if (credentials === null)
      return void response.status(400).json({ error: `There is no push certificate for the topic ${topic}.` })
    const reply = await escrowUnlock(deps.escrowUnlockUrl, credentials, form, deps.escrowUnlockCa)
    response.status(reply.status).type(reply.type).send(reply.body)
  }

  const migrating = async (request: Request, response: Response): Promise<void> => {
    const cause = causeFor('importer', String(response.locals['caller']))
    await importCheckIn({ ...app, topics: deps.topics }, bytesOf(request), cause)
    response.status(200).end()
  }

  /** An id may hold a slash: whatever follows the door is one path. */
  const door = (path: string, handle: Answering, also?: 'command_error' | 'push_error') =>
    Router().use(path, access, body, answering(app, handle, also))

  return Router()
    .all('/version', (_, response) => {
      response.json({ version: deps.version })
    })
    .all('/v1/pushcert', access, body, answering(app, certificate))
    .use(door('/v1/push', pushing, 'push_error'))
    .use(door('/v1/enqueue', enqueueing, 'command_error'))
    .all('/v1/escrowkeyunlock', access, body, answering(app, unlocking))
    .all('/migration', access, body, answering(app, migrating))
}

type Told = Readonly<{ addressees: readonly Addressee[] }> | Readonly<{ problem: string }>

const addresseesOf = (request: Request): Told => {
  const path = decoded(request.path.replace(/^\//, ''))
  if (path === '') return { problem: 'getting enrollment ids: empty path' }
  const addressees = addresseesIn(path)
  return addressees.length > mostAddressees
    ? { problem: `${String(addressees.length)} ids are named; at most ${String(mostAddressees)} are taken in one request.` }
    : { addressees }
}

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new ParseError('ids', 'The path is no well-formed URL.')
  }
}

/** Those of which there is something to say, in the order in which they were named. */
const outcomesOf = (
  addressees: readonly Addressee[],
  outcomes: ReadonlyMap<string, Outcome>,
): Readonly<Record<string, Outcome>> =>
  Object.fromEntries(
    addressees.flatMap(({ id }) => {
      const outcome = outcomes.get(id)
      return outcome === undefined ? [] : [[id, outcome] as const]
    }),
  )

/** Certificate and key in one text, in any order, with nothing but PEM that is one or the other. */
const pairIn = (text: string): Readonly<{ certificatePem: string; keyPem: string }> => {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g)]
  const other = blocks.find(([, type = '']) => type !== 'CERTIFICATE' && !/(^| )PRIVATE KEY$/.test(type))
  if (other !== undefined) throw new ParseError('base', `Neither a certificate nor a private key: ${String(other[1])}.`)
  const of = (isWanted: (type: string) => boolean): string => blocks.findLast(([, type = '']) => isWanted(type))?.[0] ?? ''
  return { certificatePem: of((type) => type === 'CERTIFICATE'), keyPem: of((type) => type !== 'CERTIFICATE') }
}

const causeOf = (response: Response) => causeFor('admin', String(response.locals['caller']))

const bytesOf = (request: Request): Buffer => (Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0))

const firstOf = (value: unknown): string => {
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first : ''
}
