import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { MusterClient } from '../../src/client/muster-client.ts'
import { musterClient } from '../../src/client/muster-client.ts'
import { applyFiles, linesOf } from '../../src/cli/apply/apply.ts'
import { FilesError } from '../../src/cli/apply/problems.ts'
import { eventually } from '../support/eventually.ts'
import type { Program } from '../support/program.ts'
import { programAt } from '../support/program.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { sqlOn } from '../support/sql.ts'
import * as story from '../support/story.ts'

describe('A fleet that is kept in files', function () {
  this.timeout(90_000)
  let server: TestServer
  let program: Program
  let folder: string
  let client: MusterClient
  const environment = { ENROLL: 'the-secret-of-workstations', FLEET_SECRET_PSK: 'correct horse' }
  const changeSet = '0f0e0d0c-0000-4000-8000-00000000000b'

  before(async () => {
    server = await startServer()
    client = musterClient({ url: server.url, token: await gitopsToken(), ca: server.caPem, changeSet })
    program = await programAt(server, environment)
    folder = join(program.folder, 'fleet')
    await write({
      'default.yml': `
labels:
  - path: ./lib/labels.yml
policies:
  - name: Not ours
`,
      'lib/labels.yml': `
- name: Painters
  description: Those who paint
  label_membership_type: manual
  hosts: []
- name: New ones
  query: select 1 from os_version where major >= 15
  platform: darwin
`,
      'teams/workstations.yml': workstations('Painters'),
      'lib/wifi.mobileconfig': story.profileCalled('wifi', '<key>Password</key><string>$FLEET_SECRET_PSK</string>').toString(),
      'lib/paint.mobileconfig': story.profileCalled('paint').toString(),
      'lib/Passcode.json': JSON.stringify({
        Type: 'com.apple.configuration.passcode.settings',
        Identifier: 'com.example.passcode',
        Payload: { RequirePasscode: true },
      }),
      'lib/Camera.xml': camera,
    })
  })
  after(async () => {
    await server?.stop()
    await program?.remove()
  })

  const write = async (files: Readonly<Record<string, string>>) => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), content)
    }
  }
  /** All that it takes to apply files. */
  const gitopsToken = async (): Promise<string> => {
    const { status, body } = await server.network.send({
      ...{ method: 'POST', url: `${server.url}/api/v1/fleet/api_tokens` },
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ name: 'gitops', role: 'gitops' })),
    })
    assert.equal(status, 200)
    return (JSON.parse(body.toString()) as Readonly<{ secret: string }>).secret
  }
  const apply = (options: Readonly<{ dryRun?: boolean; environment?: typeof environment }> = {}) =>
    applyFiles(client, { path: folder, dryRun: false, environment, ...options })

  const muster = (...args: readonly string[]) => program.run(...args)

  /** Where the log ends, once nothing is under way. */
  const endOfLog = async (): Promise<string> => {
    let last = ''
    await eventually('the log is quiet', async () => {
      const rows = await sqlOn<{ end: string; work: string }>(
        server.databaseUrl,
        `select (select count(*) from event_log.events)::text as end,
                (select count(*) from work where due_at < now() + interval '5 seconds')::text as work`,
      )
      const isQuiet = rows[0]?.work === '0' && rows[0].end === last
      last = rows[0]?.end ?? ''
      return isQuiet
    })
    return last
  }
  const teamId = async () =>
    (await server.client.teams.list()).find(({ name }) => name === 'Workstations')?.id ?? assert.fail('There is no such team.')
  const profiles = async () => (await server.client.settings.profilesOf(await teamId())).map(({ name }) => name).sort()

  it('is shown as a plan first, which changes nothing', async () => {
    const before = await endOfLog()
    const planned = await apply({ dryRun: true })
    assert.deepEqual(planned.refused, [])
    assert.deepEqual(planned.changes, [
      '+ label Painters',
      '+ label New ones',
      '+ team Workstations',
      '+ profile The wifi profile in team Workstations',
      '+ profile The paint profile in team Workstations',
      '+ profile Passcode in team Workstations',
      '+ profile Camera in team Workstations',
      '+ secret PSK',
    ])
    assert.ok(planned.notes.includes('fleet/default.yml: policies is ignored; Muster does not manage it.'))
    assert.equal(linesOf(planned).at(-1), 'Nothing was changed: this is a dry run.')
    assert.equal(await endOfLog(), before)
  })

  it('becomes what the files say', async () => {
    const applied = await apply()
    assert.deepEqual(applied.refused, [])
    assert.ok(applied.done.includes('+ secret PSK') && applied.done.includes('~ enroll secrets of team Workstations'))
    assert.equal(linesOf(applied).at(-1), 'Applied.')
    assert.deepEqual(await profiles(), ['Camera', 'Passcode', 'The paint profile', 'The wifi profile'])
    const paint = (await server.client.settings.profilesOf(await teamId())).find(({ name }) => name === 'The paint profile')
    assert.deepEqual(
      paint?.labels_include_any?.map(({ name }) => name),
      ['Painters'],
    )
    const { activities } = await client.activities({ change_set: changeSet, per_page: 500 })
    const types = new Set(activities.map(({ type }) => type))
    for (const type of [
      'created_team',
      'created_label',
      'edited_custom_variable',
      'created_macos_profile',
      'created_windows_profile',
    ])
      assert.ok(types.has(type), `${type} belongs to the change set`)
    const said = JSON.stringify([applied, await server.client.activities()])
    assert.ok(!said.includes('correct horse') && !said.includes('the-secret-of-workstations'))
  })

  it('is left alone when the same files are applied again', async () => {
    const before = await endOfLog()
    const again = await apply()
    assert.deepEqual([again.changes, again.done, again.refused], [[], [], []])
    assert.equal(linesOf(again).at(-1), 'Nothing to change.')
    assert.equal(await endOfLog(), before)
  })

  it('follows its files: edited, aimed elsewhere, taken out', async () => {
    await server.client.teams.create({ name: 'Kiosks' })
    await write({
      'teams/workstations.yml': workstations('New ones').replace('    - path: ../lib/Passcode.json\n', ''),
      'lib/wifi.mobileconfig': story.profileCalled('wifi', '<key>Other</key><string>$FLEET_SECRET_PSK</string>').toString(),
    })
    const applied = await apply({ environment: { ENROLL: 'another-secret-of-theirs', FLEET_SECRET_PSK: 'battery staple' } })
    assert.deepEqual(applied.refused, [])
    assert.deepEqual(applied.done, [
      '~ secret PSK',
      '~ enroll secrets of team Workstations',
      '~ profile The wifi profile (content) in team Workstations',
      '~ profile The paint profile (labels) in team Workstations',
      '- profile Passcode in team Workstations',
    ])
    assert.ok(applied.notes.includes('Teams that are in no file are left alone: Kiosks.'))
    assert.deepEqual(await profiles(), ['Camera', 'The paint profile', 'The wifi profile'])
  })

  it('lets an enroll secret go from one team to another', async () => {
    await write({ 'teams/artists.yml': 'name: Artists\nteam_settings: {secrets: [{secret: another-secret-of-theirs}]}\n' })
    const applied = await apply()
    assert.deepEqual(applied.refused, [])
    assert.deepEqual(applied.done, [
      '+ team Artists',
      '~ secret PSK',
      '~ enroll secrets of team Workstations',
      '~ enroll secrets of team Artists',
    ])
  })

  it('is not touched by files that the server refuses, nor by files that are wrong', async () => {
    await write({ 'teams/workstations.yml': workstations('Nobody') })
    const before = await endOfLog()
    const refused = await apply()
    assert.deepEqual(refused.refused, ['There is no label named Nobody.'])
    assert.deepEqual(refused.done, [])
    const told = await muster('apply', '-f', folder)
    assert.equal(told.code, 2)
    assert.match(told.output, /The server refuses:\n! There is no label named Nobody\.\nNothing was changed\./)
    await write({ 'teams/workstations.yml': workstations('Painters').replace('team_settings', 'team_setings') })
    await assert.rejects(apply(), (error) => error instanceof FilesError && error.message.includes('team_setings'))
    const unread = await muster('apply', '-f', join(folder, 'teams', 'workstations.yml'), '--dry-run')
    assert.equal(unread.code, 1)
    assert.match(unread.output, /teams\/workstations\.yml:3: team_setings is not known here/)
    assert.equal(await endOfLog(), before)
  })

  it('keeps what a file does not tell: Windows settings where it lists those of Apple, and the other way round [case D1]', async () => {
    const only = (section: string, paths: readonly string[]) =>
      `name: Workstations\ncontrols:\n  ${section}:\n    configuration_profiles: [${paths.map((path) => `{path: ../lib/${path}}`).join(', ')}]\n`
    const applied = async (text: string) => {
      await write({ 'teams/workstations.yml': text })
      const { changes, refused } = await apply({ dryRun: true })
      assert.deepEqual(refused, [])
      const { done } = await apply()
      assert.deepEqual(
        done.filter((line) => line.includes('profile')),
        changes.filter((line) => line.includes('profile')),
      )
      return profiles()
    }
    const start = await applied(workstations('Painters'))
    assert.deepEqual(start, ['Camera', 'Passcode', 'The paint profile', 'The wifi profile'])
    assert.deepEqual(await applied(only('apple_settings', ['Passcode.json'])), ['Camera', 'Passcode'])
    assert.deepEqual(await applied(only('windows_settings', [])), ['Passcode'])
    assert.deepEqual(await applied(only('windows_settings', ['Camera.xml'])), ['Camera', 'Passcode'])
    assert.deepEqual(await applied(only('apple_settings', [])), ['Camera'])
    assert.deepEqual(await applied('name: Workstations\ncontrols:\n'), ['Camera'])
    assert.deepEqual(await applied(only('windows_settings', []).replace(/\[\]/, '')), [], 'a list that says nothing is empty')
  })

  it('is applied by a token of one team, whole: enroll secrets, secrets, profiles [case D2]', async () => {
    const call = { method: 'POST', url: `${server.url}/api/v1/fleet/api_tokens` } as const
    const json = { name: 'gitops of Workstations', role: 'gitops', team_ids: [await teamId()] }
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }
    const { body } = await server.network.send({ ...call, headers, body: Buffer.from(JSON.stringify(json)) })
    const { secret } = JSON.parse(body.toString()) as Readonly<{ secret: string }>
    const ofTeam = musterClient({ url: server.url, token: secret, ca: server.caPem })
    await write({ 'teams/workstations.yml': workstations('Painters') })
    const path = join(folder, 'teams', 'workstations.yml')
    const theirs = { ENROLL: 'a-third-secret-of-theirs', FLEET_SECRET_PSK: 'pony', FLEET_SECRET_OWN: 'x' }
    const planned = await applyFiles(ofTeam, { path, dryRun: true, environment: theirs })
    assert.deepEqual(planned.refused, [])
    const applied = await applyFiles(ofTeam, { path, dryRun: false, environment: theirs })
    assert.deepEqual(applied.refused, [])
    assert.ok(applied.done.includes('~ enroll secrets of team Workstations'), applied.done.join('\n'))
    assert.deepEqual(await profiles(), ['Camera', 'Passcode', 'The paint profile', 'The wifi profile'])
    const again = await applyFiles(ofTeam, { path, dryRun: false, environment: theirs })
    assert.deepEqual([again.done, again.refused], [[], []])
    ofTeam.close()
  })

  describe('is refused as a rehearsal whenever it would be refused in earnest [case D3]', () => {
    const profile = (key: string, name: string) => story.profileCalled(key).toString().replace(`The ${key} profile`, name)
    const listed = (...paths: readonly string[]) =>
      `name: Workstations\ncontrols: {apple_settings: {configuration_profiles: [${paths.map((path) => `{path: ../lib/${path}}`).join(', ')}]}}\n`

    before(async () => {
      await write({
        'lib/one.mobileconfig': profile('one', 'One'),
        'lib/two.mobileconfig': profile('two', 'Two'),
        'teams/workstations.yml': listed('one.mobileconfig', 'two.mobileconfig'),
      })
      assert.deepEqual((await apply()).refused, [])
    })

    for (const [what, files, reason] of [
      [
        'a manual label with an unknown host',
        { 'labels.yml': 'name: Label team\nlabels: [{name: Fresh, hosts: [C02-NOBODY]}]\n' },
        /no hosts C02-NOBODY/,
      ],
      [
        'an unknown host for a label that is there',
        { 'lib/labels.yml': '- {name: Painters, description: Those who paint, hosts: [C02-NOBODY]}\n' },
        /no hosts C02-NOBODY/,
      ],
      [
        'a label with the name of another kind',
        { 'lib/labels.yml': '- {name: New ones, hosts: []}\n' },
        /is dynamic and cannot become manual/,
      ],
      [
        "another team's enroll secret",
        {
          'labels.yml': 'name: Kiosks\nsettings: {secrets: [{secret: another-secret-of-theirs}]}\n',
          'teams/artists.yml': 'name: Artists\n',
        },
        /belongs to another team/,
      ],
      [
        'names that two profiles exchange',
        { 'lib/one.mobileconfig': profile('one', 'Two'), 'lib/two.mobileconfig': profile('two', 'One') },
        /already has a profile named Two: its identifier is com\.example\.two/,
      ],
      [
        'a label that nobody knows',
        {
          'labels.yml':
            'name: Kiosks\ncontrols: {apple_settings: {configuration_profiles: [{path: lib/one.mobileconfig, labels_include_any: [Nobody]}]}}\n',
        },
        /There is no label named Nobody/,
      ],
    ] as const)
      it(what, async () => {
        const kept = {
          'labels.yml': 'name: Kiosks\n',
          'lib/one.mobileconfig': profile('one', 'One'),
          'lib/two.mobileconfig': profile('two', 'Two'),
        }
        await write({ ...kept, 'teams/artists.yml': 'name: Artists\n', 'lib/labels.yml': '[]\n', ...files })
        const [planned, applied] = [await apply({ dryRun: true }), await apply()]
        assert.match(planned.refused.join('\n'), reason)
        assert.deepEqual(applied.refused, planned.refused)
        assert.deepEqual(applied.done, [])
      })
  })
})

const workstations = (label: string): string => `
name: Workstations
team_settings:
  secrets:
    - secret: $ENROLL
controls:
  macos_settings:
    custom_settings:
    - path: ../lib/wifi.mobileconfig
    - path: ../lib/paint.mobileconfig
      labels_include_any:
        - ${label}
    - path: ../lib/Passcode.json
  windows_settings:
    custom_settings:
    - path: ../lib/Camera.xml
`

const camera = `<Replace><Item>
  <Target><LocURI>./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera</LocURI></Target>
  <Meta><Format xmlns="syncml:metinf">int</Format></Meta><Data>0</Data>
</Item></Replace>
`
