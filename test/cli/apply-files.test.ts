import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { FilesError } from '../../src/cli/apply/problems.ts'
import { readFiles } from '../../src/cli/apply/read-files.ts'
import { profileCalled } from '../support/story.ts'

type Files = Readonly<Record<string, string | Buffer>>

describe('Files of a fleet', function () {
  this.timeout(10_000)
  let outside: string
  let above: string
  let folder: string

  beforeEach(async () => {
    outside = await mkdtemp(join(tmpdir(), 'muster-apply-'))
    above = join(outside, 'above')
    folder = join(above, 'fleet')
    await mkdir(folder, { recursive: true })
  })
  afterEach(() => rm(outside, { recursive: true, force: true }))

  const read = async (files: Files, environment: Readonly<Record<string, string>> = {}, path = '.') => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), content)
    }
    return readFiles(join(folder, path), environment)
  }
  const problemsOf = async (...args: Parameters<typeof read>): Promise<readonly string[]> => {
    try {
      await read(...args)
    } catch (error) {
      if (error instanceof FilesError) return error.problems
      throw error
    }
    return assert.fail('Nothing is wrong.')
  }
  const wifi = profileCalled('wifi', '<key>Password</key><string>${FLEET_SECRET_PSK} $FLEET_VAR_HOST_UUID $5</string>')

  it('say what teams, labels and profiles there should be', async () => {
    const wanted = await read(
      {
        'default.yml':
          'labels:\n  - path: lib/labels.yml\n  - {name: Old, query: select 1, platform: darwin}\nqueries: [a]\npolicies:\n',
        'lib/labels.yml': '- {name: Few, hosts: [7, C02X]}\n- {name: Any, label_membership_type: manual}\n',
        'teams/one.yml': `name: $TEAM
team_settings: {secrets: [{secret: "\${SECRET}-of-\\\\$5-team"}]}
controls:
  apple_settings:
    configuration_profiles:
      - path: ../lib/wifi.mobileconfig
        labels_include_all: [Old]
        labels_exclude_any: [Few]
`,
        'teams/no-team.yml': 'name: No team\ncontrols: {macos_settings: {custom_settings: []}, windows_settings: }\n',
        'lib/wifi.mobileconfig': wifi,
      },
      { TEAM: 'Work: stations', SECRET: 'something', FLEET_SECRET_PSK: 'psk', FLEET_SECRET_OTHER: 'unused' },
    )
    assert.deepEqual(
      wanted.labels.map(({ line: _, ...label }) => label),
      [
        { name: 'Few', description: '', platform: '', membership: 'manual', hosts: ['7', 'C02X'] },
        { name: 'Any', description: '', platform: '', membership: 'manual', hosts: null },
        { name: 'Old', description: '', platform: 'darwin', membership: 'dynamic', query: 'select 1' },
      ],
    )
    assert.deepEqual(
      wanted.teams.map(({ name, secrets, lists, profiles }) => [name, secrets, lists, profiles.map((profile) => profile.key)]),
      [
        [null, null, ['apple'], []],
        ['Work: stations', ['something-of-$5-team'], ['apple'], ['a com.example.wifi']],
      ],
    )
    const [profile] = wanted.teams[1]?.profiles ?? []
    assert.deepEqual(profile?.aims, { includeAll: ['Old'], includeAny: [], excludeAny: ['Few'] })
    assert.deepEqual([profile?.contents, profile?.from], [wifi, 'fleet/teams/one.yml:6'])
    assert.deepEqual(wanted.variables, [{ name: 'PSK', value: 'psk' }])
    assert.deepEqual(wanted.notes, ['fleet/default.yml: queries is ignored; Muster does not manage it.'])
  })

  it('tell of everything that is wrong with them at once, by file and line', async () => {
    assert.deepEqual(
      await problemsOf({
        'a.yml': 'name: A\nwrong: 1\ncontrols:\n  scirpts: []\n',
        'b.yml': 'name: B\nteam_settings:\n  secrets:\n    - secret: $NOBODY\n',
        'teams/c.yml': 'name: a\n',
      }),
      [
        'fleet/a.yml:2: wrong is not known here; there are name, labels, controls, org_settings, settings, team_settings, policies, agent_options, software, custom_host_vitals, reports, queries.',
        'fleet/a.yml:4: controls.scirpts is not known here; is scripts meant?',
        'fleet/b.yml:4: The variable $NOBODY is not in the environment; write \\$NOBODY for the text itself.',
        'fleet/teams/c.yml:1: a is told in fleet/a.yml already.',
      ],
    )
  })

  const custom = (path: string, more = '') => `name: T\ncontrols: {macos_settings: {custom_settings: [{path: ${path}${more}}]}}\n`
  const secret = (value: string) => `name: T\nteam_settings: {secrets: [{secret: ${value}}]}\n`
  const wrong: Readonly<Record<string, readonly [Files, RegExp]>> = {
    'no YAML': [{ 't.yml': 'name: [' }, /^fleet\/t\.yml:1: This is no YAML: /],
    'a key twice': [{ 't.yml': 'name: a\nname: b\n' }, /:2: This is no YAML: Map keys must be unique/],
    'two documents': [{ 't.yml': 'name: a\n---\nname: b\n' }, /multiple documents/],
    'a list for a file': [{ 'default.yml': '- name: a\n' }, /:1: The file must be a map of keys\./],
    'a file without a name': [{ 't.yml': 'labels: []\n' }, /must have the name of its team, or be called default\.yml/],
    'a name that is a list': [{ 't.yml': 'name: [a]\n' }, /:1: name must be a text\./],
    'a name that is too long': [{ 't.yml': `name: ${'a'.repeat(256)}\n` }, /name has more than 255 characters/],
    'labels that are no list': [{ 't.yml': 'name: T\nlabels: {name: a}\n' }, /:2: labels must be a list\./],
    'a label without a name': [{ 't.yml': 'name: T\nlabels: [{query: a}]\n' }, /A label needs a name/],
    'a label that every server has': [{ 't.yml': 'name: T\nlabels: [{name: macos}]\n' }, /has the name of one that every/],
    'a dynamic label with hosts': [{ 't.yml': 'name: T\nlabels: [{name: a, query: b, hosts: [c]}]\n' }, /cannot have hosts/],
    'a manual label with a query': [
      { 't.yml': 'name: T\nlabels: [{name: a, query: b, label_membership_type: manual}]\n' },
      /is manual and cannot have a query/,
    ],
    'a label of another kind': [
      { 't.yml': 'name: T\nlabels: [{name: a, label_membership_type: magic}]\n' },
      /dynamic, manual or host_vitals/,
    ],
    'a label for an unknown platform': [{ 't.yml': 'name: T\nlabels: [{name: a, platform: amiga}]\n' }, /unknown platform/],
    'a label twice': [{ 't.yml': 'name: T\nlabels: [{name: a}, {name: A}]\n' }, /The label A is there more than once/],
    'labels that name labels that name labels': [
      { 't.yml': 'name: T\nlabels: [{path: lib/l.yml}]\n', 'lib/l.yml': '- path: m.yml\n' },
      /^fleet\/lib\/l\.yml:1: A file of labels cannot name another one/,
    ],
    'a short secret': [{ 't.yml': secret('short') }, /:2: secret must be 8 to 255 visible ASCII characters/],
    'both ways of including': [
      {
        't.yml': custom('a.mobileconfig', ', labels_include_all: [a], labels_include_any: [b]'),
        'a.mobileconfig': profileCalled('a'),
      },
      /labels_include_all and labels_include_any cannot be combined/,
    ],
    'a profile that is not there': [{ 't.yml': custom('a.json') }, /^fleet\/t\.yml:2: a\.json: There is no file a\.json\./],
    'a path from the root': [{ 't.yml': custom('/etc/hosts') }, /must be relative to the file/],
    'a path out of the root': [{ 't.yml': custom('../../x.json') }, /leads out of/],
    'a profile of another kind': [{ 't.yml': custom('a.xml'), 'a.xml': '' }, /neither a \.mobileconfig nor a \.json/],
    'a profile that is none': [
      { 't.yml': custom('a.mobileconfig'), 'a.mobileconfig': 'x' },
      /^fleet\/t\.yml:2: a\.mobileconfig: /,
    ],
    'a folder for a profile': [{ 't.yml': custom('a.json'), 'a.json/b': '' }, /It is no file/],
    'a profile that is too large': [{ 't.yml': custom('a.json'), 'a.json': Buffer.alloc(1024 * 1024 + 1) }, /more than 1 MiB/],
    'a profile twice': [
      {
        't.yml': 'name: T\ncontrols: {macos_settings: {custom_settings: [{path: a.mobileconfig}, {path: b.mobileconfig}]}}\n',
        'a.mobileconfig': profileCalled('a'),
        'b.mobileconfig': profileCalled('a', '<key>Other</key><true/>'),
      },
      /b\.mobileconfig: The team has another profile with this name or identifier/,
    ],
    'a file that is too large': [{ 't.yml': `#${'x'.repeat(1024 * 1024)}\n` }, /more than 1 MiB/],
    'too many levels': [{ 't.yml': `name: ${'['.repeat(30)}${']'.repeat(30)}\n` }, /nested deeper than 20 levels/],
    'very many levels': [{ 't.yml': `name: ${'['.repeat(100_000)}${']'.repeat(100_000)}\n` }, /nested too deeply/],
    'aliases of aliases': [
      {
        't.yml': `a: &a [x, x, x, x, x, x, x, x, x, x]\n${['b', 'c', 'd', 'e', 'f']
          .map(
            (name, index) =>
              `${name}: &${name} [${Array(10)
                .fill(`*${'abcde'[index] ?? ''}`)
                .join(', ')}]`,
          )
          .join('\n')}\n`,
      },
      /more than 50000 values/,
    ],
    'no files at all': [{ 'readme.md': '' }, /no \.yml files/],
    'too many files': [
      Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`${String(index)}.yml`, ''])),
      /at most 500/,
    ],
  }

  for (const [name, [files, problem]] of Object.entries(wrong))
    it(`are refused with ${name}`, async () => {
      const problems = await problemsOf(files)
      assert.match(problems[0] ?? '', problem)
      assert.equal(problems.length, 1, problems.join('\n'))
    })

  it('may lie beside their folder, and in the whole of a Git checkout, but not behind a link out of it', async () => {
    await writeFile(join(outside, 'far.mobileconfig'), profileCalled('far'))
    await writeFile(join(above, 'near.mobileconfig'), profileCalled('near'))
    await symlink(join(outside, 'far.mobileconfig'), join(above, 'link.mobileconfig'))
    assert.equal((await read({ 't.yml': custom('../near.mobileconfig') })).teams[0]?.profiles.length, 1)
    assert.match((await problemsOf({ 't.yml': custom('../link.mobileconfig') }))[0] ?? '', /leads out of .* by a link/)
    await mkdir(join(outside, '.git'))
    assert.equal((await read({ 't.yml': custom('../link.mobileconfig') }, {}, 't.yml')).teams[0]?.profiles.length, 1)
  })

  it('never show what a variable stands for', async () => {
    const problems = await problemsOf({ 't.yml': secret('$SHORT') }, { SHORT: 'psst' })
    assert.equal(problems.length, 1)
    assert.doesNotMatch(problems[0] ?? '', /psst/)
  })

  const told = async (files: Files, environment: Readonly<Record<string, string>> = {}) =>
    (await read(files, environment)).teams.map(({ name, secrets, lists, profiles }) => [name, secrets, lists, profiles.length])

  const mac = (key: string, list: string) => `  ${key}:\n    ${list}\n`
  for (const [what, controls, lists] of [
    ['nothing', '', []],
    ['controls of nothing', 'controls:\n', []],
    ['sections of nothing', 'controls:\n  apple_settings:\n  windows_settings:\n', []],
    ['Apple by the older names', `controls:\n${mac('macos_settings', 'custom_settings: []')}`, ['apple']],
    ['Apple by the present names', `controls:\n${mac('apple_settings', 'configuration_profiles: []')}`, ['apple']],
    ['Apple by a present and an older name', `controls:\n${mac('macos_settings', 'configuration_profiles: []')}`, ['apple']],
    ['Apple as null, which is none', `controls:\n${mac('apple_settings', 'custom_settings:')}`, ['apple']],
    ['Windows as null, which is none', `controls:\n${mac('windows_settings', 'configuration_profiles:')}`, ['windows']],
    ['Windows', `controls:\n${mac('windows_settings', 'custom_settings: []')}`, ['windows']],
    [
      'both',
      `controls:\n${mac('macos_settings', 'custom_settings: []')}${mac('windows_settings', 'configuration_profiles: []')}`,
      ['apple', 'windows'],
    ],
  ] as const)
    it(`tell lists of settings by naming them, be they empty: ${what} [case D1]`, async () => {
      assert.deepEqual(await told({ 't.yml': `name: T\n${controls}` }), [['T', null, lists, 0]])
    })

  for (const [what, text, secrets] of [
    ['of a team, by the older name', 'name: T\nteam_settings: {secrets: [{secret: secret-of-it}]}\n', ['secret-of-it']],
    ['of a team, by the present name', 'name: T\nsettings: {secrets: [{secret: secret-of-it}]}\n', ['secret-of-it']],
    ['of nobody: an empty list', 'name: T\nsettings: {secrets: []}\n', []],
    ['of nobody: null', 'name: T\nsettings:\n  secrets:\n', []],
    ['left alone: no list', 'name: T\nsettings:\n', null],
    ['left alone: no settings', 'name: T\n', null],
  ] as const)
    it(`tell enroll secrets ${what} [case D6]`, async () => {
      assert.deepEqual((await told({ 't.yml': text }))[0]?.[1], secrets)
    })

  it('tell the enroll secrets of no team in org_settings, with the settings of no team in the file beside [case D6]', async () => {
    const files = {
      'default.yml':
        'org_settings:\n  secrets:\n    - secret: $ENROLL\n  server_settings: {live_query_disabled: true}\n  sso_settings:\n',
      'fleets/unassigned.yml':
        'name: Unassigned\ncontrols: {apple_settings: {configuration_profiles: [{path: ../wifi.mobileconfig}]}}\n',
      'wifi.mobileconfig': profileCalled('wifi'),
    }
    assert.deepEqual(await told(files, { ENROLL: 'enroll-into-none' }), [[null, ['enroll-into-none'], ['apple'], 1]])
    assert.deepEqual((await read(files, { ENROLL: 'enroll-into-none' })).notes, [
      'fleet/default.yml: org_settings.server_settings is ignored; Muster does not manage it.',
    ])
  })

  it('tell that no hosts are in a manual label by a list that is empty or null, and nothing without one [case D1]', async () => {
    const wanted = await read({
      't.yml':
        'name: T\nlabels:\n  - {name: A, hosts: []}\n  - name: B\n    hosts:\n  - {name: C, label_membership_type: manual}\n',
    })
    assert.deepEqual(
      wanted.labels.map((label) => ('hosts' in label ? label.hosts : 'dynamic')),
      [[], [], null],
    )
  })

  for (const [what, files] of Object.entries<Files>({
    'name: Unassigned': { 't.yml': 'name: Unassigned\n' },
    'name: unassigned': { 't.yml': 'name: " unassigned "\n' },
    'name: No team': { 't.yml': 'name: No team\n' },
    'name: NO TEAM': { 't.yml': 'name: NO TEAM\n' },
    'unassigned.yml': { 'fleets/unassigned.yml': 'name: Unassigned\n' },
    'no-team.yml': { 'teams/no-team.yml': 'name: No Team\n' },
    'default.yml': { 'default.yml': 'controls:\n' },
    'a file with org_settings': { 'server.yml': 'org_settings:\n  secrets: []\n' },
  }))
    it(`mean hosts in no team by ${what} [case D4]`, async () => {
      assert.deepEqual(
        (await read(files)).teams.map(({ name }) => name),
        [null],
      )
    })

  const wrongly: Readonly<Record<string, readonly [Files, RegExp]>> = {
    'unassigned.yml with the name of a team [case D4]': [
      { 'unassigned.yml': 'name: Field\n' },
      /:1: A file that is called unassigned must have the name Unassigned\./,
    ],
    'unassigned.yml with the older name [case D4]': [{ 'unassigned.yml': 'name: No team\n' }, /must have the name Unassigned/],
    'no-team.yml with the present name [case D4]': [{ 'no-team.yml': 'name: Unassigned\n' }, /must have the name No team/],
    'unassigned.yml without a name [case D4]': [{ 'unassigned.yml': 'controls:\n' }, /The file must have the name Unassigned/],
    'both files of no team [case D4]': [
      { 'unassigned.yml': 'name: Unassigned\n', 'no-team.yml': 'name: No team\n' },
      /no-team\.yml:1: fleet\/unassigned\.yml is the present name of this file/,
    ],
    'a team called All fleets [case D4]': [{ 't.yml': 'name: all Fleets\n' }, /No team can have the name all Fleets/],
    'a name beside org_settings [case D6]': [{ 't.yml': 'name: T\norg_settings:\n' }, /no file has both/],
    'a plain text for a secret [case D6]': [
      { 'default.yml': 'org_settings: {secrets: [a-plain-secret]}\n' },
      /org_settings\.secrets must be a map of keys/,
    ],
    'one secret for two teams [case D6]': [
      {
        'a.yml': 'name: A\nsettings: {secrets: [{secret: the-same-one}]}\n',
        'b.yml': 'name: B\nsettings: {secrets: [{secret: the-same-one}]}\n',
      },
      /^fleet\/b\.yml:1: An enroll secret is that of A already\.$/,
    ],
    'both names of settings [case D1]': [
      { 't.yml': 'name: T\nsettings:\nteam_settings:\n' },
      /:3: settings and team_settings are two names of one thing/,
    ],
    'both names of a section [case D1]': [
      { 't.yml': 'name: T\ncontrols:\n  macos_settings:\n  apple_settings:\n' },
      /:4: controls\.macos_settings and apple_settings are two names of one thing/,
    ],
    'both names of a list [case D1]': [
      { 't.yml': 'name: T\ncontrols:\n  windows_settings:\n    custom_settings: []\n    configuration_profiles: []\n' },
      /:5: controls\.windows_settings\.custom_settings and configuration_profiles are two names/,
    ],
    'both names of what is not managed [case D1]': [
      { 't.yml': 'name: T\nqueries:\nreports:\n' },
      /queries and reports are two names/,
    ],
    'a key that nobody knows, deep down [case D1]': [
      { 't.yml': 'name: T\ncontrols: {apple_settings: {configuration_profile: []}}\n' },
      /controls\.apple_settings\.configuration_profile is not known here; is configuration_profiles meant\?/,
    ],
    'a key of an item that nobody knows [case D1]': [
      { 't.yml': custom('a.mobileconfig', ', labels_inlcude_any: [a]'), 'a.mobileconfig': profileCalled('a') },
      /labels_inlcude_any is not known here; is labels_include_any meant\?/,
    ],
    'a variable in a profile that is not set [case D5]': [
      {
        't.yml': custom('lib/a.mobileconfig'),
        'lib/a.mobileconfig': profileCalled('a', '<key>K</key><string>$WIFI_PSK</string>'),
      },
      /^fleet\/t\.yml:2: lib\/a\.mobileconfig: The variable \$WIFI_PSK is not in the environment; write \\\$WIFI_PSK/,
    ],
    'a secret in the file itself [case D5]': [
      { 't.yml': secret('$FLEET_SECRET_X') },
      /:2: The secret \$FLEET_SECRET_X can stand in profiles only/,
    ],
  }
  for (const [what, [files, problem]] of Object.entries(wrongly))
    it(`are refused with ${what}`, async () => {
      const problems = await problemsOf(files)
      assert.match(problems[0] ?? '', problem)
      assert.equal(problems.length, 1, problems.join('\n'))
    })

  it('name what Fleet manages and Muster does not, each by its path and its own name [case D1]', async () => {
    const { notes } = await read({
      't.yml': `name: T
queries: [a]
agent_options: {config: {}}
settings: {features: {enable_host_users: true}, webhook_settings: }
controls:
  scripts: [{path: x.sh}]
  enable_disk_encryption: true
  macos_setup: {bootstrap_package: ""}
  macos_settings: {assets: [], custom_settings: []}
`,
    })
    assert.deepEqual(
      notes.map((note) => /^fleet\/t\.yml: (\S+) is ignored; Muster does not manage it\.$/.exec(note)?.[1]).sort(),
      [
        'agent_options',
        'controls.enable_disk_encryption',
        'controls.macos_settings.assets',
        'controls.macos_setup',
        'controls.scripts',
        'queries',
        'settings.features',
      ],
    )
  })

  describe('have values in the places of variables, in the profiles that they name [case D5]', () => {
    const environment = { PSK: `a<&"b'`, EMPTY: '', END: 'x]]>y', flag: 'lower' }
    const filled = async (name: string, content: string): Promise<string> => {
      const family = name.endsWith('.xml') ? 'windows' : 'apple'
      const wanted = await read(
        { 't.yml': `name: T\ncontrols: {${family}_settings: {configuration_profiles: [{path: ${name}}]}}\n`, [name]: content },
        environment,
      )
      return Buffer.from(wanted.teams[0]?.profiles[0]?.contents ?? '').toString()
    }
    const node = (data: string) =>
      `<Replace><Item><Target><LocURI>./Device/Vendor/MSFT/X</LocURI></Target><Data>${data}</Data></Item></Replace>`
    const declaration = (value: string) =>
      `{"Type":"com.apple.configuration.passcode.settings","Identifier":"com.example.p","Payload":{"Text":"${value}"}}`

    for (const [name, text, expected] of [
      ['a.mobileconfig', '<key>K</key><string>$PSK</string>', '<key>K</key><string>a&lt;&amp;&quot;b&apos;</string>'],
      ['a.mobileconfig', '<key>K</key><string>${PSK}!</string>', '<key>K</key><string>a&lt;&amp;&quot;b&apos;!</string>'],
      ['a.mobileconfig', '<key>K</key><string>[$EMPTY]</string>', '<key>K</key><string>[]</string>'],
      ['a.mobileconfig', '<key>K</key><string>\\$PSK $5 $flag</string>', '<key>K</key><string>$PSK $5 lower</string>'],
      ['a.mobileconfig', '<key>K</key><string>\\\\\\$PSK</string>', '<key>K</key><string>\\$PSK</string>'],
      ['a.mobileconfig', '<key>K</key><string>\\\\$flag</string>', '<key>K</key><string>\\\\lower</string>'],
      [
        'a.mobileconfig',
        '<key>K</key><string>$FLEET_VAR_HOST_UUID $FLEET_SECRET_X</string>',
        '<key>K</key><string>$FLEET_VAR_HOST_UUID $FLEET_SECRET_X</string>',
      ],
    ] as const)
      it(`${name}: ${text}`, async () => {
        assert.equal(await filled(name, profileCalled('a', text).toString()), profileCalled('a', expected).toString())
      })

    it('in CDATA as they are, and so that they do not end it', async () => {
      assert.equal(await filled('a.xml', node('<![CDATA[$PSK $END]]>')), node(`<![CDATA[a<&"b' x]]]]><![CDATA[>y]]>`))
      assert.equal(
        await filled('a.xml', node('$PSK<![CDATA[]]>$PSK')),
        node('a&lt;&amp;&quot;b&apos;<![CDATA[]]>a&lt;&amp;&quot;b&apos;'),
      )
    })

    it('in JSON as it writes texts', async () => {
      assert.equal(await filled('a.json', declaration('$PSK ${EMPTY}')), declaration(`a<&\\"b' `))
      assert.equal(await filled('a.json', declaration('\\$PSK')), declaration('$PSK'))
    })

    it('but not where a text is for people', async () => {
      const wanted = await read({ 't.yml': 'name: T\nlabels:\n  - {name: A, description: costs $MONEY, query: select $5}\n' })
      assert.equal(wanted.labels[0]?.description, 'costs $MONEY')
    })
  })

  const keysOf = async (...args: Parameters<typeof read>) => {
    const { teams, notes } = await read(...args)
    return { keys: teams.flatMap(({ profiles }) => profiles.map(({ key }) => key)), notes }
  }
  const globbed = (pattern: string, more = '') =>
    `name: T\ncontrols: {apple_settings: {configuration_profiles: [{paths: "${pattern}"${more}}]}}\n`
  const library: Files = {
    'lib/b.mobileconfig': profileCalled('b'),
    'lib/a.mobileconfig': profileCalled('a'),
    'lib/deep/c.mobileconfig': profileCalled('c'),
    'lib/readme.md': '',
  }

  it('name many profiles by a pattern, in the order of their paths, with the same aims [case D6]', async () => {
    const { keys, notes } = await keysOf({ ...library, 'fleets/t.yml': globbed('../lib/**', ', labels_include_any: [Few]') })
    assert.deepEqual(keys, ['a com.example.a', 'a com.example.b', 'a com.example.c'])
    assert.deepEqual(notes, ['fleet/fleets/t.yml:2: ../lib/readme.md is left out; it does not end in .mobileconfig or .json.'])
    const [team] = (await read({})).teams
    assert.deepEqual(
      team?.profiles.map(({ aims }) => aims.includeAny),
      [['Few'], ['Few'], ['Few']],
    )
  })

  it('keep their controls in a file of their own, from which its paths lead [case D6]', async () => {
    const files = {
      ...library,
      'fleets/t.yml': 'name: T\ncontrols: {path: ../lib/controls.yml}\nsettings: {path: ../lib/settings.yml}\n',
      'lib/controls.yml': 'apple_settings: {configuration_profiles: [{path: a.mobileconfig}, {paths: deep/*}]}\nscripts: [x]\n',
      'lib/settings.yml': 'secrets: [{secret: $ENROLL}]\n',
    }
    const { teams, notes } = await read(files, { ENROLL: 'a-secret-of-t' })
    assert.deepEqual(
      teams.map(({ secrets, lists, profiles }) => [secrets, lists, profiles.map(({ key }) => key)]),
      [[['a-secret-of-t'], ['apple'], ['a com.example.a', 'a com.example.c']]],
    )
    assert.deepEqual(notes, ['fleet/fleets/t.yml: controls.scripts is ignored; Muster does not manage it.'])
  })

  it('say what labels go by: a query, hosts, or what the server knows of a host [case D6]', async () => {
    const { labels } = await read({
      't.yml': 'name: T\nlabels: [{paths: "lib/*.yml"}, {name: W, criteria: {vital: platform, value: windows, operator: "="}}]\n',
      'lib/2.yml': '- {name: S, label_membership_type: host_vitals, criteria: {vital: supervised, value: "true"}}\n',
      'lib/1.yml': '- {name: Q, query: select 1}\n',
    })
    assert.deepEqual(
      labels.map((label) => [label.name, label.membership, 'criteria' in label ? label.criteria : null]),
      [
        ['Q', 'dynamic', null],
        ['S', 'host_vitals', { vital: 'supervised', value: 'true' }],
        ['W', 'host_vitals', { vital: 'platform', value: 'windows' }],
      ],
    )
  })

  const labelled = (item: string): Files => ({ 't.yml': `name: T\nlabels: [${item}]\n` })
  for (const [what, files, problem] of [
    [
      'a pattern that fits nothing',
      { 't.yml': globbed('lib/*.json') },
      /^fleet\/t\.yml:2: lib\/\*\.json: No file fits this pattern\./,
    ],
    [
      'a pattern that fits nothing of the kind',
      { 't.yml': globbed('lib/*.md'), 'lib/readme.md': '' },
      /What fits this pattern \(lib\/readme\.md\) does not end in \.mobileconfig or \.json/,
    ],
    ['a pattern that leads out', { 't.yml': globbed('../../*/*') }, /leads out of/],
    ['a pattern from the root', { 't.yml': globbed('/etc/*') }, /must be relative to the file/],
    [
      'a pattern that is none',
      { 't.yml': globbed('lib/a.json') },
      /paths must be a pattern, .*path names the one file lib\/a\.json/,
    ],
    [
      'a pattern told as path',
      { 't.yml': custom('"lib/*.json"') },
      /path names one file; the pattern lib\/\*\.json is told as paths/,
    ],
    ['path and paths', { 't.yml': globbed('lib/*', ', path: a.json') }, /either path, .* or paths/],
    [
      'one profile by two ways',
      {
        ...library,
        't.yml':
          'name: T\ncontrols: {macos_settings: {custom_settings: [{path: lib/a.mobileconfig}, {paths: "lib/[a]*.mobileconfig"}]}}\n',
      },
      /lib\/a\.mobileconfig: The team has another profile/,
    ],
    [
      'an activation of a profile',
      { 't.yml': custom('a.mobileconfig', ', activation: b.json'), 'a.mobileconfig': profileCalled('a') },
      /custom_settings\.activation is not taken: .*com\.apple\.activation\.simple/,
    ],
    [
      'controls that name controls',
      { 't.yml': 'name: T\ncontrols: {path: c.txt}\n', 'c.txt': 'path: d.txt\n' },
      /^fleet\/c\.txt:1: A file of controls cannot name another one/,
    ],
    [
      'controls with a path and more',
      { 't.yml': 'name: T\ncontrols: {path: c.txt, scripts: []}\n', 'c.txt': 'scripts: []\n' },
      /controls with a path can have nothing else/,
    ],
    ['controls of many files', { 't.yml': 'name: T\ncontrols: {path: "*.txt"}\n' }, /controls\.path names one file/],
    ['controls by no path', { 't.yml': 'name: T\ncontrols: {path: }\n' }, /controls\.path must name a file/],
    ['controls that are not there', { 't.yml': 'name: T\ncontrols: {path: c.txt}\n' }, /:2: There is no file c\.txt/],
    [
      'controls of an unknown key, in their file',
      { 't.yml': 'name: T\ncontrols: {path: c.txt}\n', 'c.txt': '\nscirpts: []\n' },
      /^fleet\/c\.txt:2: controls\.scirpts is not known here/,
    ],
    ['criteria of a manual label', labelled('{name: a, hosts: [b], criteria: {vital: c, value: d}}'), /cannot have hosts/],
    [
      'criteria beside a query',
      labelled('{name: a, query: b, criteria: {vital: c, value: d}}'),
      /is dynamic and cannot have criteria/,
    ],
    ['criteria without a value', labelled('{name: a, criteria: {vital: platform}}'), /need a vital and its value/],
    [
      'criteria of another operator',
      labelled('{name: a, criteria: {vital: platform, value: b, operator: LIKE}}'),
      /The operator .* LIKE/,
    ],
    [
      "criteria of a vital of one's own",
      labelled('{name: a, criteria: {vital: platform, value: b, custom_host_vital_id: 7}}'),
      /custom_host_vital_id is not taken: there are no vitals of your own/,
    ],
    ['vitals without criteria', labelled('{name: a, label_membership_type: host_vitals}'), /needs criteria/],
  ] as const)
    it(`are refused with ${what} [case D6]`, async () => {
      const problems = await problemsOf(files)
      assert.match(problems[0] ?? '', problem)
      assert.equal(problems.length, 1, problems.join('\n'))
    })

  for (const [what, text, names] of [
    ['in a text', '<key>K</key><string>$FLEET_SECRET_A</string>', ['A']],
    ['in escapes', '<key>K</key><string>&#36;FLEET_SECRET_B</string>', ['B']],
    ['in braces, in a document of its own', '<key>K</key><string>&lt;k&gt;${FLEET_SECRET_C}&lt;/k&gt;</string>', ['C']],
    ['where a number stands', '<key>K</key><integer>$FLEET_SECRET_D</integer>', ['D']],
    ['in a comment, which nobody reads', '<key>K</key><string>x<!-- $FLEET_SECRET_E --></string>', []],
  ] as const)
    it(`name secrets where the server fills them in: ${what} [case F1]`, async () => {
      const { teams } = await read({ 't.yml': custom('a.mobileconfig'), 'a.mobileconfig': profileCalled('a', text) })
      assert.deepEqual(teams[0]?.profiles[0]?.secrets, names)
    })
})
