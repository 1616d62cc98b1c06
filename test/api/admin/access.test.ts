import assert from 'node:assert/strict'
import type { Route } from '../../../src/api/admin/access.ts'
import { access, aliases, mayCall } from '../../../src/api/admin/access.ts'
import type { AdminApi } from '../../support/admin-api.ts'
import { secretOf, startAdminApi } from '../../support/admin-api.ts'

const roles = ['admin', 'maintainer', 'observer'] as const

const paths: readonly (readonly [string, Route])[] = [
  ...(Object.keys(access) as Route[]).map((route) => [route, route] as const),
  ...Object.entries(aliases),
]

/** The route with something in place of its parameters that names nothing. */
const concrete = (path: string): string => path.replace(':id', '7').replace(/:\w+/g, 'nothing')

describe('rights in the admin API', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi()
  })
  after(() => api.stop())

  for (const [path, route] of paths)
    it(`opens ${path} to ${access[route].join(', ')} alone`, async () => {
      for (const role of roles) {
        const { status, body } = await api.call(concrete(path), { token: secretOf(role) })
        assert.equal(status === 403, !mayCall(role, route), `${role}: ${String(status)}`)
        assert.notEqual(status, 401)
        assert.ok(status < 500, `${role}: ${String(status)}`)
        if (status === 404) assert.doesNotMatch(body.errors[0].reason, /There is nothing at/)
      }
      for (const token of [null, 'wrong']) assert.equal((await api.call(concrete(path), { token })).status, 401)
    })

  it('lets no route stand in the way of a later one', () => {
    const shadowed = paths.flatMap(([path], index) => {
      const [method = '', template = ''] = path.split(' ')
      return paths.slice(0, index).flatMap(([earlier]) => {
        const [earlierMethod = '', earlierTemplate = ''] = earlier.split(' ')
        const pattern = new RegExp(`^${earlierTemplate.replace(/:\w+/g, '[^/]+')}$`)
        return method === earlierMethod && pattern.test(template.replace(/:\w+/g, 'x')) ? [`${path} by ${earlier}`] : []
      })
    })
    assert.deepEqual(shadowed, [])
  })
})
