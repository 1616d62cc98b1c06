import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { TestBrowser } from '../support/browser.ts'
import { browserOrSkip } from '../support/browser.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'

const signIn = '/api/mdm/microsoft/auth'
const form = { 'content-type': 'application/x-www-form-urlencoded' }

describe('Pages and the policy that they come with', function () {
  this.timeout(90_000)
  let server: TestServer

  before(async () => {
    server = await startServer()
  })
  after(() => server?.stop())

  const invite = async (): Promise<string> => {
    const { body } = await server.network.send({
      ...{ method: 'POST', url: `${server.url}/api/v1/fleet/account_enrollments` },
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ managed_apple_account: 'ada@example.com' })),
    })
    return (JSON.parse(body.toString()) as Readonly<{ account_enrollment: Readonly<{ code: string }> }>).account_enrollment.code
  }

  const windows = `${signIn}?appru=${encodeURIComponent('ms-app://example')}`
  const pages: readonly Readonly<{ name: string; path: string; send?: () => Promise<string>; scripts?: number }>[] = [
    { name: 'the sign-in page of Windows', path: windows },
    { name: 'the page after it, which sends itself', path: windows, send: async () => `code=${await invite()}`, scripts: 1 },
    { name: 'the sign-in page after a wrong code', path: windows, send: () => Promise.resolve('code=WRONG') },
    { name: 'the sign-in page that was opened by hand', path: signIn },
    { name: 'the terms of use that were opened by hand', path: '/api/mdm/microsoft/tos' },
    { name: 'the page of the API', path: '/api/docs' },
    { name: 'the page of enrollment over the air', path: '/enroll' },
    { name: 'the first page', path: '/' },
  ]
  for (const { name, path, send, scripts = 0 } of pages)
    it(`${name}: every inline script and style is named byte for byte [case L2]`, async () => {
      const body = send === undefined ? undefined : Buffer.from(await send())
      const reply = await server.network.send({
        ...{ method: body === undefined ? 'GET' : 'POST', url: `${server.url}${path}` },
        ...(body !== undefined && { body, headers: form }),
      })
      const text = reply.body.toString()
      const policy = String(reply.headers['content-security-policy'])
      const inline = [...text.matchAll(/<(script|style)(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/\1>/g)]
      for (const [, kind = '', inside = ''] of inline) {
        const [, sources = ''] = new RegExp(`${kind}-src ([^;]*)`).exec(policy) ?? []
        const hash = `'sha256-${createHash('sha256').update(inside).digest('base64')}'`
        assert.ok(sources.includes(hash), `${kind}-src ${sources} does not name ${hash}`)
      }
      assert.equal(inline.filter(([, kind]) => kind === 'script').length, scripts)
      assert.doesNotMatch(text, /<[^>]+\s(?:on\w+|style)=/, 'Handlers and styles in attributes have no hash.')
    })

  describe('in a browser', () => {
    let browser: TestBrowser

    before(async function () {
      browser = await browserOrSkip(this)
    })
    after(() => browser?.close())

    it('the sign-in of Windows sends its result on by itself [case L2]', async () => {
      const page = await browser.page()
      const result = `${server.url}/result-of-the-sign-in`
      await page.goto(`${server.url}${signIn}?appru=${encodeURIComponent(result)}`)
      await page.getByLabel(/enrollment code/i).fill(await invite())
      const [landed] = await Promise.all([
        page.waitForRequest((request) => request.url() === result && request.method() === 'POST'),
        page.getByRole('button', { name: 'Sign in' }).click(),
      ])
      assert.match(String(landed.postData()), /^wresult=.{20,}/)
      assert.deepEqual(browser.faults, [])
    })
  })
})
