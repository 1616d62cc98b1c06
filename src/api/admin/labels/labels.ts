import type { Response } from 'express'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { inParallel } from '../../../app/in-parallel.ts'
import { host } from '../../../domain/host/host.ts'
import { builtInLabels, isBuiltIn, isBuiltInName } from '../../../domain/labels/built-in.ts'
import type { LabelKind } from '../../../domain/labels/events.ts'
import { label } from '../../../domain/labels/label.ts'
import { names } from '../../../domain/names/names.ts'
import type { Cause, Position } from '../../../kernel/event.ts'
import { derivedNumber } from '../../../kernel/ids.ts'
import { Rejection } from '../../../kernel/rejection.ts'
import { hostsNamed } from '../../../projections/host-directory.ts'
import { allLabels, labelById, labelsNamed, labelsOfHost } from '../../../projections/labels.ts'
import { refuse } from '../../errors.ts'
import { bodyOf, numberText, paramOf, queryOf } from '../../parsing.ts'
import { answer, isRehearsed } from '../answer.ts'
import type { AdminDeps, Handlers } from '../deps.ts'
import { listedHosts, listQuery as hostListQuery } from '../hosts/host-lists.ts'
import { usuallyAtOnce } from '../transfers/move-hosts.ts'
import { builtInJson, labelJson } from './label-presentation.ts'

const labelName = z.string().trim().min(1, 'A label needs a name.').max(255)
const hostList = z.array(z.union([z.string().min(1).max(255), z.number().int()])).max(10_000)
const criteria = z.object({
  vital: z.enum([
    'platform',
    'os_version',
    'hardware_model',
    'hardware_serial',
    'hostname',
    'supervised',
    'end_user_idp_username',
  ]),
  value: z.string().trim().min(1).max(255),
})

export const creation = z.object({
  name: labelName,
  description: z.string().max(2000).default(''),
  platform: z.enum(['', 'darwin', 'windows', 'linux', 'ios', 'ipados']).default(''),
  query: z.string().trim().max(65_536).optional(),
  hosts: hostList.optional(),
  host_ids: z.array(z.number().int()).max(10_000).optional(),
  criteria: criteria.optional(),
})

export const change = z.object({
  name: labelName.optional(),
  description: z.string().max(2000).optional(),
  query: z.string().trim().min(1).max(65_536).optional(),
  criteria: criteria.optional(),
  hosts: hostList.optional(),
  host_ids: z.array(z.number().int()).max(10_000).optional(),
})

export const listQuery = z.object({
  order_key: z.enum(['id', 'name']).default('id'),
  order_direction: z.enum(['asc', 'desc']).default('asc'),
})

export const hostsQuery = hostListQuery.omit({ label_id: true })

export const labelText = z.string().min(1).max(255)

const scope = 'labels'
const atOnce = 64

type LabelRoutes = Pick<
  Handlers,
  | 'GET /labels'
  | 'POST /labels'
  | 'GET /labels/summary'
  | 'GET /labels/:id'
  | 'PATCH /labels/:id'
  | 'GET /labels/:id/hosts'
  | 'DELETE /labels/id/:id'
  | 'DELETE /labels/:name'
  | 'GET /hosts/:id/labels'
>

export const labelRoutes = ({ app, settings }: Pick<AdminDeps, 'app' | 'settings'>): LabelRoutes => {
  const claim = async (labelId: string, name: string, cause: Cause): Promise<void> => {
    if (isBuiltInName(name)) refuse(422, 'name', `${name} is the name of a built-in label.`)
    try {
      await app.execute(names, scope, { type: 'ClaimNames', data: { holder: labelId, names: [comparable(name)] } }, cause)
    } catch (error) {
      if (!(error instanceof Rejection) || error.code !== 'name-taken') throw error
      refuse(422, 'name', `A label named ${name} already exists.`)
    }
  }

  const everyLabel = async () => [...builtInLabels.map(builtInJson), ...(await app.read(allLabels())).map(labelJson)]

  const existing = async (labelId: string) => {
    const [row] = await app.read(labelById(labelId))
    return row?.deleted_at === null ? row : refuse(404, 'id', `The label ${labelId} does not exist.`)
  }

  /** Ids of hosts told by id, name, serial number or hardware id. Refuses the whole with 400 when one is not known. */
  const hostIdsOf = async (told: readonly (string | number)[]): Promise<readonly string[]> => {
    const wanted = [...new Set(told.map(String))]
    if (wanted.length === 0) return []
    const rows = await app.read(hostsNamed(wanted))
    const byName = new Map(rows.map(({ told: name, host_id }) => [name, host_id]))
    const missing = wanted.filter((name) => !byName.has(name))
    if (missing.length > 0) refuse(400, 'hosts', `There are no hosts ${missing.slice(0, 10).join(', ')}.`)
    return [...new Set(byName.values())]
  }

  /**
   * What the worker would do for a manual label, done at once so that the answer shows it. A long list is left to the worker, and the answer says that
   * it may not be seen yet.
   */
  const followList = async (response: Response, labelId: string, lists: Lists, cause: Cause): Promise<readonly Executed[]> => {
    const isLong = lists.join.length + lists.leave.length > (settings.hostsAtOnce ?? usuallyAtOnce)
    if (isLong && !isRehearsed(response)) {
      response.set('x-read-models', 'behind')
      return []
    }
    const tell = (hostIds: readonly string[], listed: boolean) =>
      inParallel(hostIds, atOnce, (hostId) => app.execute(host, hostId, { type: 'ListOn', data: { labelId, listed } }, cause))
    return [...(await tell(lists.join, true)), ...(await tell(lists.leave, false))]
  }

  const remove = async (labelId: string, cause: Cause) => {
    const deleted = await app.execute(label, labelId, { type: 'DeleteLabel', data: {} }, cause)
    await app.execute(names, scope, { type: 'ReleaseNames', data: { holder: labelId } }, cause)
    return deleted
  }

  return {
    'GET /labels': async (request, response) => {
      const { order_key, order_direction } = queryOf(listQuery, request)
      const labels = await everyLabel()
      const byName = labels.toSorted((one, other) => (comparable(one.name) < comparable(other.name) ? -1 : 1))
      // Those that every server has come first, the others in the order of their making.
      const ordered = order_key === 'name' ? byName : labels
      response.json({ labels: order_direction === 'asc' ? ordered : ordered.toReversed() })
    },

    'GET /labels/summary': async (_, response) => {
      response.json({ labels: (await everyLabel()).map(summaryJson) })
    },

    'POST /labels': async (request, response, { cause }) => {
      const body = bodyOf(creation, request)
      const listed = body.hosts ?? body.host_ids
      const kinds = [body.query, body.criteria, listed].filter((one) => one !== undefined)
      if (kinds.length > 1) refuse(422, 'query', 'A label has a query, criteria, or a list of hosts: one of them.')
      const kind: LabelKind = body.query ? 'dynamic' : body.criteria === undefined ? 'manual' : 'host-vitals'
      const join = await hostIdsOf(listed ?? [])
      const labelId = derivedNumber(`label/${randomUUID()}`)
      await claim(labelId, body.name, cause)
      const { name, description } = body
      const definition = {
        name,
        description,
        platform: body.platform || null,
        query: body.query || null,
        criteria: body.criteria ?? null,
      }
      const created = await app.execute(label, labelId, { type: 'CreateLabel', data: { kind, ...definition } }, cause)
      const lists = { join, leave: [] }
      if (join.length > 0) await app.execute(label, labelId, { type: 'ListHosts', data: lists }, cause)
      const followed = await followList(response, labelId, lists, cause)
      await answer(app, response, [created, ...followed], async () => ({ label: labelJson(await existing(labelId)) }))
    },

    'GET /labels/:id': async (request, response) => {
      const labelId = paramOf(numberText, request, 'id')
      const builtIn = builtInLabels.find(({ id }) => id === labelId)
      response.json({ label: builtIn === undefined ? labelJson(await existing(labelId)) : builtInJson(builtIn) })
    },

    'PATCH /labels/:id': async (request, response, { cause }) => {
      const labelId = paramOf(numberText, request, 'id')
      const wish = bodyOf(change, request)
      if (isBuiltIn(labelId)) refuse(422, 'id', 'A built-in label cannot be changed.')
      const { state } = await app.load(label, labelId)
      if (state.stage !== 'present') return refuse(404, 'id', `The label ${labelId} does not exist.`)
      if (wish.query !== undefined && state.kind !== 'dynamic') refuse(422, 'query', 'This label has no query.')
      if (wish.criteria !== undefined && state.kind !== 'host-vitals') refuse(422, 'criteria', 'This label has no criteria.')
      const listed = wish.hosts ?? wish.host_ids
      if (listed !== undefined && state.kind !== 'manual')
        refuse(422, 'hosts', 'Only the hosts of a manual label are listed by hand.')
      const join = listed === undefined ? null : await hostIdsOf(listed)
      const was = state.definition
      const definition = {
        ...{ name: wish.name ?? was.name, description: wish.description ?? was.description, platform: was.platform },
        ...{ query: wish.query ?? was.query, criteria: wish.criteria ?? was.criteria },
      }
      await claim(labelId, definition.name, cause)
      const edited = await app.execute(label, labelId, { type: 'EditLabel', data: definition }, cause)
      const lists = { join: join ?? [], leave: join === null ? [] : [...state.listed].filter((hostId) => !join.includes(hostId)) }
      if (join !== null) await app.execute(label, labelId, { type: 'ListHosts', data: lists }, cause)
      const followed = await followList(response, labelId, lists, cause)
      await answer(app, response, [edited, ...followed], async () => ({ label: labelJson(await existing(labelId)) }))
    },

    'GET /labels/:id/hosts': async (request, response, { reach }) => {
      const labelId = paramOf(numberText, request, 'id')
      const list = queryOf(hostsQuery, request)
      if (!isBuiltIn(labelId)) await existing(labelId)
      response.json(await listedHosts({ app, settings }, { ...list, label_id: labelId }, reach))
    },

    'DELETE /labels/id/:id': async (request, response, { cause }) => {
      const labelId = paramOf(numberText, request, 'id')
      if (isBuiltIn(labelId)) refuse(422, 'id', 'A built-in label cannot be deleted.')
      await existing(labelId)
      await answer(app, response, await remove(labelId, cause), () => ({}))
    },

    'DELETE /labels/:name': async (request, response, { cause }) => {
      const name = paramOf(labelText, request, 'name')
      if (isBuiltInName(name)) refuse(422, 'name', 'A built-in label cannot be deleted.')
      const [row] = await app.read(labelsNamed([name]))
      if (row === undefined) return refuse(404, 'name', `There is no label named ${name}.`)
      await answer(app, response, await remove(row.label_id, cause), () => ({}))
    },

    'GET /hosts/:id/labels': async (request, response) => {
      const hostId = paramOf(numberText, request, 'id')
      const { state } = await app.load(host, hostId)
      if (state.enrollment.hardwareId === null) return refuse(404, 'id', `The host ${hostId} does not exist.`)
      const builtIn = builtInLabels.filter(({ platform }) => platform === null || platform === state.enrollment.platform)
      const rows = await app.read(labelsOfHost(hostId))
      response.json({
        labels: [
          ...builtIn.map(({ id, name }) => ({ id: Number(id), name })),
          ...rows.map(({ label_id, name }) => ({ id: Number(label_id), name })),
        ],
      })
    },
  }
}

/** A label in short, as Fleet's clients that fill a menu want it. */
export const summaryJson = ({ id, name, description, label_type }: ReturnType<typeof labelJson | typeof builtInJson>) => ({
  ...{ id, name, description, label_type },
})

type Executed = Readonly<{ position: Position | null }>
type Lists = Readonly<{ join: readonly string[]; leave: readonly string[] }>

/** Names that differ in case only would be taken for each other by people. */
const comparable = (name: string): string => name.normalize('NFC').toLowerCase()
