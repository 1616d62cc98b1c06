import assert from 'node:assert/strict'
import { multipart } from '../../../../src/client/multipart.ts'
import { formerNames } from '../../../../src/protocols/uploaded-name.ts'
import type { AdminApi } from '../../../support/admin-api.ts'
import { startAdminApi, secretOf } from '../../../support/admin-api.ts'

const locUri = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const syncml = (value: string): string =>
  `<Replace><Item><Target><LocURI>${locUri}</LocURI></Target><Data>${value}</Data></Item></Replace>`
const passcode = JSON.stringify({
  Type: 'com.apple.configuration.passcode.settings',
  Identifier: 'com.example.code',
  Payload: {},
})

describe('The name of an uploaded file', function () {
  this.timeout(30_000)
  let api: AdminApi

  beforeEach(async () => {
    api = await startAdminApi()
  })
  afterEach(() => api.stop())

  /** As curl writes it: the bytes of the name as they are on the command line. */
  const send = async (disposition: Buffer | string, content: string, route = 'POST /configuration_profiles') => {
    const [method = '', path = ''] = route.split(' ')
    const head = Buffer.from('--b\r\ncontent-disposition: form-data; name="profile"; ')
    const body = Buffer.concat([head, Buffer.from(disposition), Buffer.from(`\r\n\r\n${content}\r\n--b--\r\n`)])
    const headers = { authorization: `Bearer ${secretOf('admin')}`, 'content-type': 'multipart/form-data; boundary=b' }
    const response = await fetch(`${api.url}/api/v1/fleet${path}`, { method, headers, body })
    return { status: response.status, body: (await response.json()) as ReturnType<typeof JSON.parse> }
  }
  const shown = async (): Promise<readonly Readonly<{ name: string; profile_uuid: string }>[]> =>
    (await api.call('GET /configuration_profiles')).body.profiles
  const names = async () => (await shown()).map(({ name }) => name)
  const batch = (name: string, value = '0') =>
    api.call('POST /configuration_profiles/batch', {
      json: { profiles: [{ name, contents: Buffer.from(syncml(value)).toString('base64') }] },
    })

  const spellings: readonly (readonly [string, string, string])[] = [
    ['UTF-8', 'filename="Zürich.xml"', 'Zürich'],
    ['in parts, as macOS keeps it', `filename="${'Zürich'.normalize('NFD')}.xml"`, 'Zürich'],
    ['of another script', 'filename="設定 🔒.xml"', '設定 🔒'],
    ['in the extended form', 'filename="Zurich.xml"; filename*=UTF-8\'\'Z%C3%BCrich.xml', 'Zürich'],
    ['in the extended form alone', "filename*=UTF-8''Z%C3%BCrich.xml", 'Zürich'],
    ['with a quotation mark, as browsers and curl write it', 'filename="a %22b%22.xml"', 'a "b"'],
    ['of a folder of Windows', 'filename="C:\\\\Profile\\\\Zürich.xml"', 'Zürich'],
  ]
  for (const [what, disposition, name] of spellings)
    it(`is read as it was written: ${what} [case H1]`, async () => {
      assert.equal((await send(disposition, syncml('0'))).status, 200)
      assert.deepEqual(await names(), [name])
      const before = await shown()
      assert.equal((await batch(name)).status, 204)
      assert.deepEqual(await shown(), before)
    })

  it('is that of a declaration too, and that of another version [case H1]', async () => {
    const { status, body } = await send('filename="Entsperrcode für München.json"', passcode)
    assert.equal(status, 200)
    assert.deepEqual(await names(), ['Entsperrcode für München'])
    const edited = await send('filename="Código.json"', passcode, `PATCH /configuration_profiles/${String(body.profile_uuid)}`)
    assert.deepEqual([edited.status, await names()], [200, ['Código']])
  })

  it('is refused when it is not UTF-8, and says so [case H1]', async () => {
    const { status, body } = await send(Buffer.from('filename="Z\u00fcrich.xml"', 'latin1'), syncml('0'))
    assert.deepEqual([status, body.errors], [400, [{ name: 'profile', reason: 'The name of the file is not in UTF-8.' }]])
    assert.deepEqual(await names(), [])
  })

  it('is read the same when our own client sends it [case H1]', async () => {
    const { contentType, body } = multipart({}, { field: 'profile', name: 'Zürich "A".xml', bytes: Buffer.from(syncml('0')) })
    const headers = { authorization: `Bearer ${secretOf('admin')}`, 'content-type': contentType }
    const url = `${api.url}/api/v1/fleet/configuration_profiles`
    assert.equal((await fetch(url, { method: 'POST', headers, body: Buffer.from(body) })).status, 200)
    assert.deepEqual(await names(), ['Zürich "A"'])
  })

  // The other spelling cannot come in any more; it is looked for in the same way.
  for (const misread of formerNames('Zürich').filter((former) => former.normalize('NFC') !== 'Zürich'))
    it(`puts right what stands under the name ${JSON.stringify(misread)}, and removes nothing [case H1]`, async () => {
      assert.equal((await batch(misread)).status, 204)
      const [was] = await shown()
      assert.equal((await send('filename="Zürich.xml"', syncml('1'))).status, 409)
      assert.equal((await batch('Zürich')).status, 204)
      assert.deepEqual([await names(), (await shown())[0]?.profile_uuid], [['Zürich'], was?.profile_uuid])
      const events = (await api.app.log.readAll({ after: null, limit: 10_000 })).length
      assert.equal((await batch('Zürich')).status, 204)
      assert.equal((await api.app.log.readAll({ after: null, limit: 10_000 })).length, events)
      const route = `PATCH /configuration_profiles/${String(was?.profile_uuid)}`
      assert.equal((await send('filename="Zürich.xml"', syncml('1'), route)).status, 200)
      assert.equal((await batch('Zürich', '1')).status, 204)
      assert.equal((await shown())[0]?.profile_uuid, was?.profile_uuid)
    })
})
