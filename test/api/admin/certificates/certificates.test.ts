import assert from 'node:assert/strict'
import { certificate } from '../../../../src/domain/certificates/certificate.ts'
import type { AdminApi } from '../../../support/admin-api.ts'
import { secretOf, startAdminApi } from '../../../support/admin-api.ts'
import { enrollHost, testCause } from '../../../support/app.ts'

const fingerprint = (digit: string): string => digit.repeat(64)

type Listed = Readonly<{ fingerprint: string; state: string }>

describe('the certificates of devices', function () {
  this.timeout(30_000)
  let api: AdminApi
  let hostId: string

  const issue = async (digit: string, notAfter: string): Promise<void> => {
    const data = { serial: digit, subject: 'CN=Mac', notAfter, certificate: '', transactionId: digit, csrHash: digit }
    const command = { type: 'IssueCertificate', data } as const
    await api.app.caughtUp(await api.app.execute(certificate, fingerprint(digit), command, testCause()))
  }
  const bind = async (digit: string): Promise<void> => {
    const command = { type: 'BindCertificate', data: { hostId, enrollmentId: 'mac-1' } } as const
    await api.app.caughtUp(await api.app.execute(certificate, fingerprint(digit), command, testCause()))
  }
  const revoke = (digit: string, role: 'admin' | 'maintainer' = 'admin') =>
    api.call(`POST /certificates/${fingerprint(digit)}/revocations`, { token: secretOf(role) })
  const list = async (query = ''): Promise<readonly Listed[]> => (await api.call(`GET /certificates${query}`)).body.certificates
  const digits = (listed: readonly Listed[]): string => listed.map((one) => one.fingerprint[0]).join('')

  before(async () => {
    api = await startAdminApi()
    hostId = await enrollHost(api.app, { udid: 'AAAA1111-0000-4000-8000-00000000C001', name: 'Mac of Ann' })
    await issue('a', '2026-03-11T12:00:00.000Z')
    await issue('b', '2026-06-01T00:00:00.000Z')
    await issue('c', '2027-03-01T00:00:00.000Z')
    await issue('d', '2026-02-01T00:00:00.000Z')
    for (const digit of ['a', 'b', 'd']) await bind(digit)
    await bind('e')
  })
  after(() => api.stop())

  it('are listed by their end, with their hosts and how they stand', async () => {
    assert.deepEqual(
      (await list()).map((one) => [one.fingerprint[0], one.state]),
      [
        ['d', 'expired'],
        ['a', 'superseded'],
        ['b', 'superseded'],
        ['c', 'issued'],
        ['e', 'active'],
      ],
    )
    const [, first] = (await api.call('GET /certificates')).body.certificates
    assert.deepEqual(
      [first.host_id, first.host_name, first.days_left, first.superseded, first.serial],
      [Number(hostId), 'Mac of Ann', 10, true, 'a'],
    )
    assert.equal('certificate' in first, false)
  })

  it('are found by their end, their host and their state, page by page', async () => {
    assert.equal(digits(await list('?ending_within_days=11')), 'da')
    assert.equal(digits(await list('?ending_within_days=11&state=superseded')), 'a')
    assert.equal(digits(await list(`?host_id=${hostId}`)), 'dabe')
    assert.equal(digits(await list('?host_id=1')), '')
    assert.equal(digits(await list('?state=active')), 'e')
    const { body } = await api.call('GET /certificates?per_page=2&page=1')
    assert.equal(digits(body.certificates), 'bc')
    assert.deepEqual(body.meta, { has_next_results: true, has_previous_results: true })
    for (const query of ['state=lost', 'host_id=x', 'ending_within_days=-1', 'per_page=0'])
      assert.equal((await api.call(`GET /certificates?${query}`)).status, 400, query)
  })

  it('are listed apart when they end soon', async () => {
    const ending = async (days: number) =>
      digits((await api.call(`GET /certificates/ending?within_days=${String(days)}`)).body.certificates)
    assert.deepEqual([await ending(9), await ending(30), await ending(365)], ['d', 'da', 'dabc'])
  })

  it('are revoked by an admin, for ever', async () => {
    assert.equal((await revoke('b', 'maintainer')).status, 403)
    assert.equal((await revoke('b')).status, 200)
    assert.equal((await revoke('b')).status, 200)
    const [revoked] = (await api.call('GET /certificates?state=revoked')).body.certificates
    assert.deepEqual([revoked.fingerprint[0], revoked.revoked_because], ['b', 'asked'])
    assert.equal(revoked.revoked_at, '2026-03-01T12:00:00.000Z')
    const { activities } = (await api.call('GET /activities?per_page=1')).body
    assert.deepEqual([activities[0].event, activities[0].actor_full_name], ['CertificateRevoked', 'the admin'])
  })

  it('cannot be revoked when they are unknown or not named by their fingerprint', async () => {
    assert.equal((await revoke('f')).status, 404)
    const { status, body } = await api.call('POST /certificates/AA/revocations')
    assert.deepEqual([status, body.errors[0].name], [404, 'fingerprint'])
  })
})
