import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import type { Cohort } from '../../../domain/cohorts/desired.ts'
import { builtInLabels } from '../../../domain/labels/built-in.ts'
import { cohortById, cohortOfHost, cohortsPage, setsOfCohort } from '../../../projections/cohort-directory.ts'
import { labelNames } from '../../../projections/labels.ts'
import { refuse } from '../../errors.ts'
import { numberText, pageOf, paging, paramOf, queryOf, windowOf } from '../../parsing.ts'
import type { Handlers } from '../deps.ts'
import { cohortIdOf, cohortJson, desiredJson, desiredOfCohortThen, desiredThen, desiredThenJson } from './desired.ts'
import { pastOfHost } from '../past/host-as-of.ts'
import type { LookingBack } from '../past/looking-back.ts'
import { atQuery, momentOf } from '../past/moments.ts'

export const cohortId = z.string().regex(/^(apple|windows|none)_\d{1,16}(_[0-9a-f]{32})?$/, 'This is no id of a cohort.')

export const listQuery = z.object(paging(100, 1000))

/** What hosts are to have, cohort by cohort: now from the read models, then from the streams. */
export const cohortRoutes = (
  app: Pick<App, 'read' | 'log' | 'clock'>,
  past: LookingBack,
): Pick<Handlers, 'GET /cohorts' | 'GET /cohorts/:id' | 'GET /hosts/:id/desired'> => {
  /** What these labels are called now. */
  const naming = async (ids: readonly string[]) => {
    const rows = ids.length === 0 ? [] : await app.read(labelNames([...new Set(ids)]))
    const known = new Map([
      ...builtInLabels.map(({ id, name }) => [id, name] as const),
      ...rows.map((row) => [row.label_id, row.name] as const),
    ])
    return (id: string): string => known.get(id) ?? id
  }

  /** Who belongs to a cohort that has no members now can only be told where its id says it all. */
  const definitionOf = async (id: string): Promise<Cohort> => {
    const [row] = await app.read(cohortById(id))
    if (row !== undefined) return { family: row.family, teamId: row.team_id, labels: row.labels, known: row.known }
    const [family = '', teamId = '', mark] = id.split('_')
    return mark === undefined
      ? { family, teamId, labels: [], known: [] }
      : refuse(404, 'id', `The cohort ${id} has no hosts now; ask for the desired set of a host that was in it.`)
  }

  return {
    'GET /cohorts': async (request, response) => {
      const page = queryOf(listQuery, request)
      const { rows, meta } = pageOf(await app.read(cohortsPage(windowOf(page))), page)
      const nameOf = await naming(rows.flatMap(({ labels, known }) => [...labels, ...known]))
      const cohorts = rows.map((row) => ({
        ...cohortJson(row, nameOf),
        ...{ host_count: row.members, enrolled_host_count: row.hosts, profile_count: row.wanted },
      }))
      response.json({ cohorts, meta })
    },

    'GET /cohorts/:id': async (request, response) => {
      const id = paramOf(cohortId, request, 'id')
      const { at } = queryOf(atQuery, request)
      if (at === undefined) {
        const [row] = await app.read(cohortById(id))
        if (row === undefined) return refuse(404, 'id', `The cohort ${id} has no hosts.`)
        const nameOf = await naming([...row.labels, ...row.known])
        const counts = { host_count: row.members, enrolled_host_count: row.hosts }
        const profiles = (await app.read(setsOfCohort(id))).map(desiredJson)
        return void response.json({ cohort: { ...cohortJson(row, nameOf), ...counts, profiles } })
      }
      const moment = await momentOf(app, at, 'at')
      const cohort = await definitionOf(id)
      const { settings, nameOf } = await desiredOfCohortThen(past, cohort, moment)
      const row = { ...cohort, cohort_id: id, team_id: cohort.teamId, team_name: await past.teamName(cohort.teamId, moment) }
      response.json({
        cohort: { ...cohortJson(row, nameOf), profiles: settings.map(desiredThenJson) },
        as_of: { asked: moment.text },
      })
    },

    'GET /hosts/:id/desired': async (request, response) => {
      const hostId = paramOf(numberText, request, 'id')
      const { at } = queryOf(atQuery, request)
      if (at === undefined) {
        const [row] = await app.read(cohortOfHost(hostId))
        if (row === undefined) return refuse(404, 'id', `The host ${hostId} does not exist.`)
        const nameOf = await naming([...row.labels, ...row.known])
        const profiles = row.enrolled ? (await app.read(setsOfCohort(row.cohort_id))).map(desiredJson) : []
        const { enrolled } = row
        return void response.json({ host_id: Number(hostId), enrolled, cohort: cohortJson(row, nameOf), profiles })
      }
      const moment = await momentOf(app, at, 'at')
      const { state, asOf } = await pastOfHost(past, hostId, moment)
      const { cohort, enrolled, settings, nameOf } = await desiredThen(past, state.host, moment)
      const teamName = await past.teamName(cohort.teamId, moment)
      const row = { ...cohort, cohort_id: cohortIdOf(cohort), team_id: cohort.teamId, team_name: teamName }
      response.json({
        ...{ host_id: Number(hostId), enrolled, cohort: cohortJson(row, nameOf) },
        ...{ profiles: settings.map(desiredThenJson), as_of: asOf },
      })
    },
  }
}
