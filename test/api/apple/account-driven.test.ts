import assert from 'node:assert/strict'
import { accountEnrollment } from '../../../src/domain/account-enrollments/account-enrollment.ts'
import { payloadOf } from '../../../src/simulators/apple/profile.ts'
import type { Arrivals } from '../../support/arrivals.ts'
import { machineInfo, profileIn, startArrivals } from '../../support/arrivals.ts'
import { eventually } from '../../support/eventually.ts'

/** A person's own device tells no hardware ids. */
const info = machineInfo({ PRODUCT: 'iPhone16,1', VERSION: '22A3354', OS_VERSION: '18.0' })

describe('Enrollment that begins with an account', function () {
  this.timeout(30_000)
  let edge: Arrivals

  before(async () => {
    edge = await startArrivals()
  })
  after(() => edge.stop())

  const invite = async (account: string, more: object = {}) => {
    const { status, body } = await edge.admin('POST /account_enrollments', { managed_apple_account: account, ...more })
    assert.equal(status, 200, JSON.stringify(body))
    return body.account_enrollment
  }

  const discover = (account: string) =>
    edge.get(`/.well-known/com.apple.remotemanagement?user-identifier=${encodeURIComponent(account)}&model-family=iPhone`)

  /** Where the web view is sent. */
  const signInUrl = async (path: string, headers = {}): Promise<string> => {
    const asked = await edge.post(path, info, headers)
    assert.equal(asked.status, 401)
    const [, url] = /^Bearer method="apple-as-web", url="([^"]+)"$/.exec(asked.headers.get('www-authenticate') ?? '') ?? []
    assert.ok(url?.startsWith(`${edge.url}/mdm/apple/account/sign-in/`))
    return url ?? ''
  }

  const type = (url: string, code: string) =>
    edge.post(url, new URLSearchParams({ code }).toString(), { 'content-type': 'application/x-www-form-urlencoded' })

  const tokenFrom = (response: Response): string => {
    assert.equal(response.status, 308)
    const location = response.headers.get('location') ?? ''
    const [, token] =
      /^apple-remotemanagement-user-login:\/\/authentication-results\?access-token=([\w.-]+)$/.exec(location) ?? []
    return token ?? assert.fail(location)
  }

  it('finds the server, signs in with the code, and gets a profile that names the account', async () => {
    const { code } = await invite('Ann@Example.com', { mode: 'BYOD' })
    const found = await discover('ann@example.com')
    assert.equal(found.headers.get('content-type'), 'application/json; charset=utf-8')
    const base = `${edge.url}/mdm/apple/account/byod`
    assert.deepEqual(await found.json(), { Servers: [{ Version: 'mdm-byod', BaseURL: base }] })

    const url = await signInUrl(base)
    const page = await edge.get(url)
    assert.equal(page.status, 200)
    assert.match(page.headers.get('content-security-policy') ?? '', /form-action 'self' apple-remotemanagement-user-login:/)
    assert.match(await page.text(), /<label for="code">/)

    const token = tokenFrom(await type(url, ` ${code.toLowerCase().replaceAll('-', ' ')} `))
    const answer = await edge.post(base, info, { authorization: `Bearer ${token}` })
    assert.equal(answer.status, 200)
    const mdm = payloadOf(await profileIn(answer), 'com.apple.mdm')
    assert.deepEqual([mdm?.['EnrollmentMode'], mdm?.['AssignedManagedAppleID']], ['BYOD', 'Ann@Example.com'])

    // An answer that was lost is given again; the code is spent.
    assert.equal((await edge.post(base, info, { authorization: `Bearer ${token}` })).status, 200)
    assert.equal((await type(await signInUrl(base), code)).status, 403)
    await eventually('nobody is invited', async () => (await discover('ann@example.com')).status === 403)
  })

  it('enrolls the device of an organization into the team of the invitation', async () => {
    const team = (await edge.admin('POST /teams', { name: 'Sales' })).body.team.id
    const { code } = await invite('bo@example.com', { mode: 'ADDE', team_id: team })
    const base = `${edge.url}/mdm/apple/account/adde`
    assert.deepEqual(await (await discover('bo@example.com')).json(), { Servers: [{ Version: 'mdm-adde', BaseURL: base }] })
    // A code for the other kind of enrollment opens nothing.
    assert.equal((await type(await signInUrl(`${edge.url}/mdm/apple/account/byod`), code)).status, 403)
    const token = tokenFrom(await type(await signInUrl(base), code))
    await signInUrl(`${edge.url}/mdm/apple/account/byod`, { authorization: `Bearer ${token}` })
    const answer = await edge.post(base, info, { authorization: `Bearer ${token}` })
    assert.equal(payloadOf(await profileIn(answer), 'com.apple.mdm')?.['EnrollmentMode'], 'ADDE')
  })

  it('tells a device whose account nobody invited, in words that it understands', async () => {
    for (const path of ['?user-identifier=zed@example.com', '', `?user-identifier=${'x'.repeat(300)}`]) {
      const response = await edge.get(`/.well-known/com.apple.remotemanagement${path}`)
      assert.equal(response.status, 403)
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
      assert.equal(((await response.json()) as { code: string }).code, 'com.apple.well-known.failed')
    }
  })

  it('takes the code until a profile went out, and no code that ended or was withdrawn', async () => {
    const first = await invite('cy@example.com')
    const base = `${edge.url}/mdm/apple/account/byod`
    tokenFrom(await type(await signInUrl(base), first.code))
    const token = tokenFrom(await type(await signInUrl(base), first.code))
    assert.equal((await edge.admin(`DELETE /account_enrollments/${String(first.id)}`)).status, 200)
    assert.equal((await type(await signInUrl(base), first.code)).status, 403)
    await signInUrl(base, { authorization: `Bearer ${token}` })

    const second = await invite('cy@example.com', { expires_in_hours: 1 })
    const url = await signInUrl(base)
    edge.advance(60 * 60 * 1000)
    assert.equal((await type(await signInUrl(base), second.code)).status, 403)
    assert.equal((await type(url, second.code)).status, 403)
    assert.equal((await edge.get(url)).status, 403)
    assert.equal((await discover('cy@example.com')).status, 403)
  })

  it('asks to sign in again when the token has ended or is none', async () => {
    const { code } = await invite('di@example.com', { expires_in_hours: 48 })
    const base = `${edge.url}/mdm/apple/account/byod`
    const token = tokenFrom(await type(await signInUrl(base), code))
    for (const authorization of ['Bearer x', `Bearer ${token}x`, 'Basic eDp5', 'Bearer '])
      await signInUrl(base, { authorization })
    edge.advance(60 * 60 * 1000)
    await signInUrl(base, { authorization: `Bearer ${token}` })
  })

  it('refuses a device that does not say who it is', async () => {
    const { id, code } = await invite('ed@example.com')
    const base = `${edge.url}/mdm/apple/account/byod`
    const token = tokenFrom(await type(await signInUrl(base), code))
    assert.equal((await edge.post(base, 'hello', { authorization: `Bearer ${token}` })).status, 400)
    assert.equal((await edge.app.load(accountEnrollment, id)).state.stage, 'accepted')
  })

  it('makes who guesses codes wait', async () => {
    edge.advance(60_000)
    const url = await signInUrl(`${edge.url}/mdm/apple/account/byod`)
    for (let count = 0; count < 10; count++) assert.equal((await type(url, 'AAAA-BBBB-CCCC')).status, 403)
    const told = await type(url, 'AAAA-BBBB-CCCC')
    assert.deepEqual([told.status, told.headers.get('retry-after')], [429, '60'])
  })

  it('keeps no code and no token in the log', async () => {
    const { code } = await invite('flo@example.com')
    edge.advance(60_000)
    const token = tokenFrom(await type(await signInUrl(`${edge.url}/mdm/apple/account/byod`), code))
    const told = JSON.stringify([await edge.app.log.readAll({ after: null, limit: 10_000 }), edge.lines])
    assert.ok(told.includes('flo@example.com') && !told.includes(code) && !told.includes(token))
  })
})

describe('Apple Configurator', function () {
  this.timeout(30_000)
  let edge: Arrivals

  before(async () => {
    edge = await startArrivals()
  })
  after(() => edge.stop())

  it('is told where devices enroll and whom they are to trust', async () => {
    const config = (await (await edge.get('/MDMServiceConfig')).json()) as Readonly<Record<string, string>>
    assert.deepEqual(Object.keys(config), ['dep_enrollment_url', 'dep_anchor_certs_url', 'trust_profile_url'])
    const anchors = (await (await edge.get(config['dep_anchor_certs_url'] ?? '')).json()) as readonly string[]
    const expected = edge.authority.certificatePem.replace(/-----[A-Z ]+-----|\s/g, '')
    assert.deepEqual(anchors, [expected])
    const trust = await profileIn(await edge.get(config['trust_profile_url'] ?? ''))
    assert.ok(trust.signed)
    const root = payloadOf(trust, 'com.apple.security.root')?.['PayloadContent']
    assert.equal(Buffer.from(root as Uint8Array).toString('base64'), expected)
  })

  it('enrolls devices at that place with an enroll secret', async () => {
    await edge.admin('POST /spec/enroll_secret', { spec: { secrets: [{ secret: 'for-no-team' }] } })
    const device = machineInfo({ UDID: 'U', SERIAL: 'S', PRODUCT: 'iPad14,1' })
    assert.equal((await edge.post('/mdm/apple/enroll', device)).status, 403)
    const answer = await edge.post('/mdm/apple/enroll?enroll_secret=for-no-team', device)
    assert.notEqual(payloadOf(await profileIn(answer), 'com.apple.mdm'), undefined)
  })
})
