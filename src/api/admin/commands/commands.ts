import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { inParallel } from '../../../app/in-parallel.ts'
import { SecretGone } from '../../../app/ports.ts'
import { host } from '../../../domain/host/host.ts'
import { hostIdOf } from '../../../domain/host/host-id.ts'
import type { Cause, Position } from '../../../kernel/event.ts'
import { Rejection } from '../../../kernel/rejection.ts'
import type { CommandStatus, CommandWithResult } from '../../../projections/command-directory.ts'
import { commandResultsPage, commandsPage } from '../../../projections/command-directory.ts'
import { hostById, hostsAmong, hostsByIdentifier } from '../../../projections/host-directory.ts'
import { withoutSecrets } from '../../../protocols/apple/command-types.ts'
import type { Command } from '../../../protocols/apple/commands.ts'
import { writeCommand } from '../../../protocols/apple/commands.ts'
import { messageJson } from '../../../protocols/readable/settings-json.ts'
import { appleRequests, concealed } from '../../apple/requests.ts'
import { overridings } from '../../windows/overriding.ts'
import { profileTexts } from '../../windows/profile-texts.ts'
import { windowsRequests } from '../../windows/requests.ts'
import type { FieldError } from '../../errors.ts'
import { HttpRefusal, refuse } from '../../errors.ts'
import { bodyOf, numberText, pageOf, paging, paramOf, queryOf, windowOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import { commandJson, requestTypes } from './command-presentation.ts'
import type { Caller, Handlers } from '../deps.ts'
import { mustNameNoOther, queueRaw } from './chosen-ids.ts'
import { warningsOf } from './command-needs.ts'
import { readRawCommand } from './raw-command.ts'
import { orderOfSync, readRawSyncCommand } from './windows-orders.ts'

const uuids = z.array(z.string().min(1).max(128)).min(1).max(10_000)

export const run = z.object({ command: z.string().min(1), host_uuids: uuids })

export const enqueue = z.object({ command: z.string().min(1), device_ids: uuids })

/** Fleet's words for how a command stands, and what each means here. */
const statusesOf = {
  pending: ['queued', 'sent', 'deferred'],
  ran: ['acknowledged'],
  failed: ['failed', 'malformed'],
} as const satisfies Readonly<Record<string, readonly CommandStatus[]>>

export const listQuery = z.object({
  ...paging(100, 1000),
  host_identifier: z.string().min(1).max(255).optional(),
  request_type: z.string().min(1).max(128).optional(),
  command_status: z.enum(Object.keys(statusesOf) as [keyof typeof statusesOf]).optional(),
  order_key: z.literal('updated_at').default('updated_at'),
  order_direction: z.enum(['asc', 'desc']).default('desc'),
})

export const resultsQuery = z.object({ ...paging(100, 500), command_uuid: z.string().min(1).max(128) })

export const hostQuery = z.object(paging(100, 1000))

/** How many hosts are written, or secrets opened, at a time. */
const atATime = 16

type CommandRoutes = Pick<
  Handlers,
  'GET /commands' | 'POST /commands/run' | 'POST /mdm/apple/enqueue' | 'GET /commands/results' | 'GET /hosts/:id/commands'
>

export const commandRoutes = (app: App): CommandRoutes => {
  const toApple = appleRequests(app, concealed)
  const textOf = profileTexts(app, concealed.secrets)
  const { lostOn } = overridings(app, textOf)
  const toWindows = windowsRequests(app, { textOf, lostOn, sealed: app.blobs.fetchSealed })

  /** What the command asks of each of these hosts, which all speak one language. */
  const orderIn = async (command: string, platform: 'apple' | 'windows', cause: Cause): Promise<Order> => {
    if (platform === 'windows') {
      const raw = readRawSyncCommand(command)
      const commandId = randomUUID()
      const queue = async (hostId: string) =>
        app.execute(host, hostId, await orderOfSync(app, { raw, hostId, commandId, cause }), cause)
      return { commandId, requestType: raw.requestType, platform: 'windows', warnings: [], queue }
    }
    const raw = readRawCommand(command)
    const commandId = raw.commandId ?? randomUUID()
    await mustNameNoOther(app, raw)
    const queue = (hostId: string) => queueRaw(app, { raw, hostId, commandId, cause })
    return { commandId, requestType: raw.requestType, platform: 'darwin', warnings: warningsOf(raw), queue }
  }

  const runOn = async (command: string, hostUuids: readonly string[], { cause }: Pick<Caller, 'cause'>) => {
    const hosts = new Map(hostUuids.map((uuid) => [hostIdOf(uuid), uuid]))
    const places = await placesOf(app, [...hosts.keys()])
    const windows = places.filter(({ platform }) => platform === 'windows').length
    if (windows > 0 && windows < places.length)
      refuse(422, 'host_uuids', 'Hosts of Apple and of Microsoft do not take the same command; name those of one.')
    const order = await orderIn(command, windows > 0 ? 'windows' : 'apple', cause)
    mustBeEnrolled(places, hosts)
    const { commandId } = order
    const outcomes = await inParallel([...hosts], atATime, ([hostId, uuid]) => queueOn(order, { hostId, uuid }))
    const refused = outcomes.flatMap((outcome) => ('refused' in outcome ? [outcome.refused] : []))
    if (refused.length === hosts.size) throw new HttpRefusal(statusFor(outcomes), refused.slice(0, 20))
    const executed = outcomes.flatMap((outcome) => ('position' in outcome ? [outcome] : []))
    const { requestType, platform, warnings } = order
    const body = { command_uuid: commandId, request_type: requestType, platform, ...(warnings.length > 0 && { warnings }) }
    return { executed, body: refused.length === 0 ? body : { ...body, errors: refused } }
  }

  const resultJson = async (row: CommandWithResult) => {
    const [payload, result] = await contentsOf(row)
    const erased =
      payload === null || result === null ? { erased: 'What is null was erased: the key of the host was destroyed.' } : {}
    const readable = (bytes: Buffer | null) =>
      bytes === null ? null : messageJson(row.platform === 'windows' ? 'windows' : 'apple', bytes)
    return {
      ...{ ...commandJson(row), payload: payload?.toString('base64') ?? null, payload_json: readable(payload) },
      ...{ result: result?.toString('base64') ?? null, result_json: readable(result), ...erased },
    }
  }

  const contentsOf = async (row: CommandWithResult) =>
    [
      await orNull(async () => {
        const { host_id: hostId, command_id: commandId, request, reason } = row
        if (row.platform !== 'windows') return Buffer.from(shownCommand(commandId, await toApple({ hostId, commandId, request })))
        const delivery = await toWindows({ hostId, commandId, request, reason })
        return Buffer.from(typeof delivery === 'string' ? '' : delivery.xml)
      }),
      await orNull(async () =>
        row.result === null
          ? Buffer.alloc(0)
          : Buffer.from(await app.blobs.fetchSealed(row.host_id, `result/${row.command_id}`, row.result)),
      ),
    ] as const

  return {
    'POST /commands/run': async (request, response, caller) => {
      const { command, host_uuids } = bodyOf(run, request)
      const { executed, body } = await runOn(command, host_uuids, caller)
      await answer(app, response, executed, () => body)
    },

    'POST /mdm/apple/enqueue': async (request, response, caller) => {
      const { command, device_ids } = bodyOf(enqueue, request)
      const { executed, body } = await runOn(command, device_ids, caller)
      await answer(app, response, executed, () => body)
    },

    'GET /commands': async (request, response) => {
      const { host_identifier, request_type, command_status, order_direction, ...page } = queryOf(listQuery, request)
      const hostId = host_identifier === undefined ? null : await hostCalled(app, host_identifier)
      const statuses = command_status === undefined ? null : statusesOf[command_status]
      const filter = { hostId, statuses, ...typeFilter(request_type) }
      const found = await app.read(commandsPage(filter, { ...windowOf(page), oldestFirst: order_direction === 'asc' }))
      const { rows, meta } = pageOf(found, page)
      response.json({ results: rows.map(commandJson), meta })
    },

    'GET /hosts/:id/commands': async (request, response) => {
      const hostId = paramOf(numberText, request, 'id')
      const page = queryOf(hostQuery, request)
      if ((await app.read(hostById(hostId))).length === 0) refuse(404, 'id', `The host ${hostId} does not exist.`)
      const found = await app.read(commandsPage({ hostId, statuses: null, kind: null, requestType: null }, windowOf(page)))
      const { rows, meta } = pageOf(found, page)
      response.json({ results: rows.map(commandJson), meta })
    },

    'GET /commands/results': async (request, response) => {
      const { command_uuid, ...page } = queryOf(resultsQuery, request)
      const found = await app.read(commandResultsPage(command_uuid, windowOf(page)))
      if (found.length === 0 && page.page === 0) refuse(404, 'command_uuid', `The command ${command_uuid} does not exist.`)
      const { rows, meta } = pageOf(found, page)
      response.json({ results: await inParallel(rows, atATime, resultJson), meta })
    },
  }
}

/** Where the hosts stand. Of a device that has just enrolled, the read models may not know yet: they are waited for before one is refused. */
const placesOf = async (app: Pick<App, 'read' | 'log' | 'caughtUp'>, hostIds: readonly string[]) => {
  const places = await app.read(hostsAmong(hostIds))
  if (places.filter(({ stage }) => stage === 'enrolled').length === hostIds.length) return places
  await app.caughtUp({ position: await app.log.head() })
  return app.read(hostsAmong(hostIds))
}

/** 404 names those that do not exist, 409 those that are not enrolled; nothing was queued for any then. */
const mustBeEnrolled = (
  places: readonly Readonly<{ host_id: string; stage: string }>[],
  hosts: ReadonlyMap<string, string>,
): void => {
  const stages = new Map(places.map(({ host_id, stage }) => [host_id, stage]))
  const missing = [...hosts].filter(([hostId]) => !stages.has(hostId))
  const off = [...hosts].filter(([hostId]) => stages.get(hostId) !== 'enrolled')
  const told = (among: readonly (readonly [string, string])[], what: string): readonly FieldError[] =>
    among.slice(0, 20).map(([, uuid]) => ({ name: 'host_uuids', reason: `The host ${uuid} ${what}.` }))
  if (missing.length > 0) throw new HttpRefusal(404, told(missing, 'does not exist'))
  if (off.length > 0) throw new HttpRefusal(409, told(off, 'is not enrolled'))
}

type Order = Readonly<{
  commandId: string
  requestType: string
  platform: 'darwin' | 'windows'
  /** What is worth knowing of it on every host. */
  warnings: readonly string[]
  /** On one host. */
  queue: (hostId: string) => Promise<Readonly<{ position: Position | null }>>
}>

type Outcome = Readonly<{ position: Position | null }> | Readonly<{ refused: FieldError; code: string }>

/** 422 where no host can carry it out, else 409. */
const statusFor = (outcomes: readonly Outcome[]): number =>
  outcomes.every((outcome) => 'code' in outcome && outcome.code === 'not-supported') ? 422 : 409

/** A host that ended its enrollment meanwhile is refused; the others get the command all the same. */
const queueOn = async ({ queue }: Order, { hostId, uuid }: Readonly<{ hostId: string; uuid: string }>): Promise<Outcome> => {
  try {
    return await queue(hostId)
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    return { refused: { name: 'host_uuids', reason: `${uuid}: ${error.message}` }, code: error.code }
  }
}

const hostCalled = async ({ read }: Pick<App, 'read'>, identifier: string): Promise<string> => {
  const [row] = await read(hostsByIdentifier(hostIdOf(identifier), identifier))
  return row?.host_id ?? refuse(404, 'host_identifier', `No host has the UUID, serial number or name ${identifier}.`)
}

/** A request of the menu is stored by its kind, any other with the type that its admin wrote. */
const typeFilter = (requestType: string | undefined): Readonly<{ kind: string | null; requestType: string | null }> => ({
  kind: Object.entries(requestTypes).find(([, type]) => type === requestType)?.[0] ?? null,
  requestType: requestType ?? null,
})

/** What a PIN or a password is, is shown by the calls meant to reveal it. */
const shownCommand = (commandId: string, command: Command): string =>
  writeCommand(commandId, { ...withoutSecrets(command), RequestType: command.RequestType })

/** Null for what was erased with its key. */
const orNull = async (open: () => Promise<Buffer>): Promise<Buffer | null> => {
  try {
    return await open()
  } catch (error) {
    if (error instanceof SecretGone) return null
    throw error
  }
}
