import assert from 'node:assert/strict'
import type { Route } from '../../../src/api/admin/access.ts'
import { access, aliases, mayCall, openRoutes } from '../../../src/api/admin/access.ts'
import type { Subject } from '../../../src/api/admin/subject.ts'
import { subjects } from '../../../src/api/admin/subjects.ts'
import type { AdminApi } from '../../support/admin-api.ts'
import { secretOf, startAdminApi } from '../../support/admin-api.ts'

const roles = ['admin', 'maintainer', 'observer', 'gitops'] as const

const paths: readonly (readonly [string, Route])[] = [
  ...(Object.keys(access) as Route[]).map((route) => [route, route] as const),
  ...Object.entries(aliases),
]

/** The route with something in place of its parameters that names nothing. */
const concrete = (path: string): string => path.replace(':id', '7').replace(/:\w+/g, 'nothing')

/** What a role in single teams may be let in for, though no team is named. */
const withoutTeam: ReadonlySet<Subject> = new Set(['own', 'shared', 'listed', 'handler'])

describe('rights in the admin API', function () {
  this.timeout(30_000)
  let api: AdminApi
  const inTeam = new Map<string, string>()

  before(async () => {
    api = await startAdminApi({ perToken: 10_000, refusedPerAddress: 10_000 })
    const { id } = (await api.call('POST /teams', { json: { name: 'Office' } })).body.team
    for (const role of roles) {
      const { secret } = (await api.call('POST /api_tokens', { json: { name: `${role} of Office`, role, team_ids: [id] } })).body
      inTeam.set(role, secret)
    }
  })
  after(() => api.stop())

  for (const [path, route] of paths) {
    it(`opens ${path} to ${access[route].join(', ')} alone`, async () => {
      for (const role of roles) {
        const { status, body } = await api.call(concrete(path), { token: secretOf(role) })
        assert.equal(status === 403, !mayCall(role, route), `${role}: ${String(status)}`)
        assert.notEqual(status, 401)
        assert.ok(status < 500, `${role}: ${String(status)}`)
        if (status === 404) assert.doesNotMatch(body.errors[0].reason, /There is nothing at/)
      }
      for (const token of [null, 'wrong', 'muster_session_wrong'])
        assert.equal((await api.call(concrete(path), { token })).status, 401)
      const cookie = '__Host-muster=muster_session_wrong'
      assert.equal((await api.call(concrete(path), { token: null, headers: { cookie } })).status, 401)
    })

    it(`opens ${path} to nobody's role in a team when it is about none`, async () => {
      const subject = subjects[route]
      for (const role of roles) {
        const { status } = await api.call(concrete(path), { token: inTeam.get(role) ?? '' })
        const isLetIn = withoutTeam.has(subject) && mayCall(role, route)
        assert.equal(status === 403, !isLetIn, `${role}, ${subject}: ${String(status)}`)
        assert.ok(status !== 401 && status < 500, `${role}: ${String(status)}`)
      }
    })
  }

  for (const route of openRoutes)
    it(`opens ${route} to whoever comes`, async () => {
      for (const token of [null, 'wrong', secretOf('observer')]) {
        const { status } = await api.call(route, { token })
        assert.ok(![401, 403].includes(status) && status < 500, String(status))
      }
    })

  it('lets no route stand in the way of a later one', () => {
    const all = [...openRoutes.map((route) => [route] as const), ...paths]
    const shadowed = all.flatMap(([path], index) => {
      const [method = '', template = ''] = path.split(' ')
      return all.slice(0, index).flatMap(([earlier]) => {
        const [earlierMethod = '', earlierTemplate = ''] = earlier.split(' ')
        const pattern = new RegExp(`^${earlierTemplate.replace(/:\w+/g, '[^/]+')}$`)
        return method === earlierMethod && pattern.test(template.replace(/:\w+/g, 'x')) ? [`${path} by ${earlier}`] : []
      })
    })
    assert.deepEqual(shadowed, [])
  })

  it('keeps the role for settings away from hosts and their secrets', () => {
    const touched = (Object.keys(access) as Route[]).filter((route) => mayCall('gitops', route))
    const ofHosts = touched.filter((route) => route.includes('/hosts'))
    assert.deepEqual(ofHosts, ['GET /hosts/count', 'GET /labels/:id/hosts'])
    assert.deepEqual(
      touched.filter((route) => /lock|wipe|escrow|secrets$/.test(route)),
      ['PATCH /teams/:id/secrets'],
    )
  })
})
