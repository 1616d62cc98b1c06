import assert from 'node:assert/strict'
import type { AdminApi } from '../../../support/admin-api.ts'
import { mobileconfig, profileForm, startAdminApi } from '../../../support/admin-api.ts'

describe('A profile that cannot be taken', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi()
  })
  after(() => api.stop())

  const upload = (body: FormData, route = 'POST /configuration_profiles') => api.call(route, { body })
  const profile = (identifier: string, name: string): FormData => profileForm(mobileconfig({ identifier, name }))
  const windows = (fileName: string): FormData =>
    profileForm('<Replace><Item><Target><LocURI>./Device/Vendor/MSFT/X</LocURI></Target></Item></Replace>', { fileName })
  const reasonOf = async (body: FormData, route?: string) => {
    const answer = await upload(body, route)
    return [answer.status, answer.body.errors?.[0].reason]
  }

  it('is told whose name it asks for, and by what the other is known [case G7]', async () => {
    const { profile_uuid } = (await upload(profile('com.example.wifi', 'Wi-Fi'))).body
    await upload(profile('com.example.mail', 'Mail'))
    await upload(windows('Camera.xml'))
    const patch = `PATCH /configuration_profiles/${String(profile_uuid)}`
    const another = 'The team already has a profile named Mail: its identifier is com.example.mail.'
    assert.deepEqual(await reasonOf(profile('com.example.wifi', 'Mail'), patch), [409, another])
    assert.deepEqual(await reasonOf(profile('com.example.post', 'Mail')), [409, another])
    assert.deepEqual(await reasonOf(profile('com.example.wifi', 'Camera'), patch), [
      409,
      'The team already has a profile named Camera.',
    ])
    assert.deepEqual(await reasonOf(profile('com.example.mail', 'Post')), [
      409,
      'The team already has a profile with the identifier com.example.mail: it is named Mail.',
    ])
    assert.deepEqual(await reasonOf(windows('Mail.xml')), [409, another])
    assert.deepEqual(await reasonOf(windows('Camera.xml')), [409, 'The team already has a profile named Camera.'])
    assert.equal((await upload(profile('com.example.wifi', 'Wi-Fi'), patch)).status, 200)
  })

  it('is told how large it may be, at whichever door [case G7]', async () => {
    assert.deepEqual(await reasonOf(profileForm('x'.repeat(2 * 1024 * 1024))), [
      413,
      'The file is too large: at most 1048576 bytes are taken.',
    ])
    for (const route of ['POST /teams', 'POST /configuration_profiles/batch', 'POST /commands/run']) {
      const { status, body } = await api.call(route, { body: `"${'x'.repeat(30 * 1024 * 1024)}"` })
      assert.equal(status, 413)
      assert.match(body.errors[0].reason, /^The body is larger than the \d+ bytes that are taken here: it has 31457282\.$/)
    }
  })

  const valued = (data: string, fileName: string): FormData => {
    const format = '<Meta><Format xmlns="syncml:metinf">chr</Format></Meta>'
    const item = `<Item><Target><LocURI>./Device/Vendor/MSFT/X</LocURI></Target>${format}<Data>${data}</Data></Item>`
    return profileForm(`<Replace>${item}</Replace>`, { fileName })
  }
  const admx = '<string id="a">&amp; "quoted"</string>'
  for (const [what, data, isTaken] of [
    ['1 MB of text', 'x'.repeat(1_000_000), true],
    ['1 MB of text and a little more', 'x'.repeat(1_040_000), false],
    ['300 kB of quotation marks, which are escaped on their way', '"'.repeat(300_000), false],
    ['300 kB of quotation marks in CDATA', `<![CDATA[${'"'.repeat(300_000)}]]>`, true],
    ['440 kB of ADMX in CDATA', `<![CDATA[${admx.repeat(11_500)}]]>`, true],
  ] as const)
    it(`is ${isTaken ? 'none' : 'told its size on the way, its largest value and the limit'}: ${what} [case G4]`, async () => {
      const [status, reason] = await reasonOf(valued(data, `${what.slice(0, 100)}.xml`))
      assert.equal(status, isTaken ? 200 : 422)
      if (!isTaken)
        assert.match(
          String(reason),
          /^The profile has \d{7} bytes as devices are sent it, and at most 1032192 go into a message; its largest value, of \.\/Device\/Vendor\/MSFT\/X, has \d+\./,
        )
    })
})
