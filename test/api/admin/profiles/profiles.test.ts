import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { AdminApi, Answer } from '../../../support/admin-api.ts'
import { mobileconfig, profileForm, startAdminApi } from '../../../support/admin-api.ts'
import { enrollHost } from '../../../support/app.ts'

describe('profiles in the admin API', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi()
    await enrollHost(api.app, { udid: 'AAAA-1' })
  })
  after(() => api.stop())

  const upload = (content: string, fields: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    api.call('POST /configuration_profiles', { body: profileForm(content, fields) })

  it('are uploaded and shown with the checksum that scripts compare', async () => {
    const content = mobileconfig()
    const { status, body } = await upload(content)
    assert.equal(status, 200)
    assert.match(body.profile_uuid, /^a[0-9a-f-]{36}$/)
    const shown = await api.call(`GET /configuration_profiles/${body.profile_uuid}`)
    assert.deepEqual(shown.body, {
      profile_uuid: body.profile_uuid,
      team_id: null,
      name: 'Wi-Fi',
      platform: 'darwin',
      identifier: 'com.example.wifi',
      scope: 'System',
      created_at: '2026-03-01T12:00:00.000Z',
      updated_at: '2026-03-01T12:00:00.000Z',
      checksum: createHash('md5').update(content).digest('base64'),
    })
    assert.deepEqual((await api.call(`GET /configuration_profiles/${body.profile_uuid}/status`)).body, {
      verified: 0,
      verifying: 0,
      failed: 0,
      pending: 1,
    })
  })

  it('count a host that waits for its first profile as pending in the summary of its team', async () => {
    const { body } = await api.call('GET /configuration_profiles/summary')
    assert.deepEqual(body, { verified: 0, verifying: 0, failed: 0, pending: 1 })
  })

  it('come back byte for byte, under a name with the day', async () => {
    const content = mobileconfig({ identifier: 'com.example.bytes', name: 'Bytes/and "more"' })
    const { body } = await upload(content)
    const { headers, bytes } = await api.call(`GET /configuration_profiles/${body.profile_uuid}?alt=media`)
    assert.equal(bytes.toString(), content)
    assert.equal(headers.get('content-type'), 'application/octet-stream')
    assert.equal(headers.get('content-disposition'), 'attachment; filename="2026-03-01 Bytes_and _more_.mobileconfig"')
  })

  it('are refused when their team has that identifier or name already, and taken by another team', async () => {
    const { id } = (await api.call('POST /teams', { json: { name: 'Design' } })).body.team
    const there = { identifier: 'com.example.one', name: 'One' }
    assert.equal((await upload(mobileconfig(there))).status, 200)
    for (const again of [there, { ...there, name: 'Other' }, { ...there, identifier: 'com.example.other' }]) {
      const { status, body } = await upload(mobileconfig(again))
      assert.deepEqual([status, body.errors[0].name], [409, 'profile'], JSON.stringify(again))
    }
    assert.equal((await upload(mobileconfig(there), { team_id: String(id) })).status, 200)
    const listed = (await api.call(`GET /configuration_profiles?team_id=${String(id)}`)).body
    assert.deepEqual([listed.profiles.length, listed.profiles[0].team_id, listed.meta.has_next_results], [1, id, false])
  })

  it('keep their own names after a refused upload took others', async () => {
    assert.equal((await upload(mobileconfig({ identifier: 'com.example.kept', name: 'Kept' }))).status, 200)
    assert.equal((await upload(mobileconfig({ identifier: 'com.example.kept', name: 'Taken?' }))).status, 409)
    assert.equal((await upload(mobileconfig({ identifier: 'com.example.new', name: 'Kept' }))).status, 409)
    assert.equal((await upload(mobileconfig({ identifier: 'com.example.new', name: 'Taken?' }))).status, 200)
  })

  it('are edited in place, and the old name is free again', async () => {
    const { profile_uuid } = (await upload(mobileconfig({ identifier: 'com.example.edit', name: 'Before' }))).body
    api.advance(1000)
    const content = mobileconfig({ identifier: 'com.example.edit', name: 'After' })
    const edited = await api.call(`PATCH /configuration_profiles/${profile_uuid}`, { body: profileForm(content) })
    assert.deepEqual([edited.status, edited.body.name, edited.body.updated_at], [200, 'After', '2026-03-01T12:00:01.000Z'])
    assert.equal((await upload(mobileconfig({ identifier: 'com.example.free', name: 'Before' }))).status, 200)
    const other = mobileconfig({ identifier: 'com.example.another', name: 'After' })
    const refused = await api.call(`PATCH /configuration_profiles/${profile_uuid}`, { body: profileForm(other) })
    assert.deepEqual([refused.status, refused.body.errors[0].name], [409, 'PayloadIdentifier'])
  })

  it('give their names back when deleted, and may come again', async () => {
    const content = mobileconfig({ identifier: 'com.example.gone', name: 'Gone' })
    const { profile_uuid } = (await upload(content)).body
    assert.equal((await api.call(`DELETE /mdm/profiles/${profile_uuid}`)).status, 200)
    assert.equal((await api.call(`GET /configuration_profiles/${profile_uuid}`)).status, 404)
    assert.equal((await api.call(`DELETE /configuration_profiles/${profile_uuid}`)).status, 404)
    assert.deepEqual((await upload(content)).body, { profile_uuid })
  })

  it('are refused in the words of the key at fault', async () => {
    const large = mobileconfig({
      identifier: 'com.example.large',
      extra: `<key>x</key><string>${'x'.repeat(1024 * 1024)}</string>`,
    })
    const cases: readonly (readonly [string, FormData, number, string])[] = [
      ['no profile at all', profileForm('hello'), 422, 'profile'],
      ['a reserved identifier', profileForm(mobileconfig({ identifier: 'com.muster.caroot' })), 422, 'PayloadIdentifier'],
      ['FileVault', profileForm(mobileconfig({ type: 'com.apple.MCX.FileVault2' })), 422, 'PayloadContent.PayloadType'],
      ['a line feed before its XML', profileForm(`\n${mobileconfig()}`), 422, 'profile'],
      ['what enrolls devices', profileForm(mobileconfig({ type: 'com.apple.mdm' })), 422, 'PayloadContent.PayloadType'],
      ['more than 1 MiB', profileForm(large), 422, 'profile'],
      ['more than 1.5 MiB', profileForm('x'.repeat(1.6 * 1024 * 1024)), 413, 'profile'],
      ['a declaration without anything', profileForm('{}', { fileName: 'x.json' }), 422, 'Payload'],
      ['a Windows profile without LocURI', profileForm('<Replace/>', { fileName: 'x.xml' }), 400, 'profile'],
      ['a Windows profile with a header', profileForm('<?xml version="1.0"?><Replace/>', { fileName: 'x.xml' }), 400, 'profile'],
      ['another file', profileForm('x', { fileName: 'x.txt' }), 400, 'profile'],
      ['an unknown team', profileForm(mobileconfig(), { team_id: '42' }), 404, 'team_id'],
      ['a team that is no number', profileForm(mobileconfig(), { team_id: 'x' }), 400, 'team_id'],
      ['a label that nobody made', profileForm(mobileconfig(), { labels_include_any: 'Macs' }), 400, 'labels'],
    ]
    for (const [what, form, status, field] of cases) {
      const answer = await api.call('POST /configuration_profiles', { body: form })
      assert.deepEqual([answer.status, answer.body.errors?.[0]?.name], [status, field], what)
    }
    const empty = new FormData()
    empty.append('team_id', '0')
    const noFile = await api.call('POST /mdm/profiles', { body: empty })
    assert.deepEqual([noFile.status, noFile.body.errors[0].name], [400, 'profile'])
  })
})
