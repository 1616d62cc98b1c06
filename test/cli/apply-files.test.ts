import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { FilesError } from '../../src/cli/apply/problems.ts'
import { readFiles } from '../../src/cli/apply/read-files.ts'
import { profileCalled } from '../support/story.ts'

type Files = Readonly<Record<string, string | Buffer>>

describe('Files of a fleet', () => {
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
  const wifi = profileCalled('wifi', '<key>Password</key><string>${FLEET_SECRET_PSK} $FLEET_VAR_HOST_UUID $HOME</string>')

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
      wanted.teams.map(({ name, secrets, profiles }) => [name, secrets, profiles?.map((profile) => profile.key)]),
      [
        [null, null, []],
        ['Work: stations', ['something-of-$5-team'], ['a com.example.wifi']],
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
        'a.yml': 'name: A\nwrong: 1\ncontrols:\n  scripts: []\n',
        'b.yml': 'name: B\nteam_settings:\n  secrets:\n    - secret: $NOBODY\n',
        'teams/c.yml': 'name: a\n',
      }),
      [
        'fleet/a.yml:2: wrong is not known here; there are name, labels, team_settings, controls, policies, queries, agent_options, org_settings, software, reports.',
        'fleet/a.yml:4: controls.scripts is not known here; there are macos_settings, apple_settings, windows_settings.',
        'fleet/b.yml:4: The variable $NOBODY is not in the environment.',
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
    'a label of another kind': [{ 't.yml': 'name: T\nlabels: [{name: a, label_membership_type: magic}]\n' }, /dynamic or manual/],
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
    assert.equal((await read({ 't.yml': custom('../near.mobileconfig') })).teams[0]?.profiles?.length, 1)
    assert.match((await problemsOf({ 't.yml': custom('../link.mobileconfig') }))[0] ?? '', /leads out of .* by a link/)
    await mkdir(join(outside, '.git'))
    assert.equal((await read({ 't.yml': custom('../link.mobileconfig') }, {}, 't.yml')).teams[0]?.profiles?.length, 1)
  })

  it('never show what a variable stands for', async () => {
    const problems = await problemsOf({ 't.yml': secret('$SHORT') }, { SHORT: 'psst' })
    assert.equal(problems.length, 1)
    assert.doesNotMatch(problems[0] ?? '', /psst/)
  })
})
