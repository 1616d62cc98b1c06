import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { violations } from './support/architecture.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const ofTheProject = (): ReadonlyMap<string, string> => {
  const paths = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path))
  return new Map(paths.map((path) => [`src/${path.split(sep).join('/')}`, readFileSync(join(root, 'src', path), 'utf8')]))
}

/** A project of these files, each importing what is named. */
const importing = (files: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(files).map(([path, names]) => [path, names.map((name) => `import type { A } from '${name}'\n`).join('')]),
  )

describe('The house', function () {
  this.timeout(30_000)

  it('keeps its rules', () => {
    const sources = ofTheProject()
    assert.ok(sources.size > 10, 'There must be something to look at.')
    const found = violations(sources)
    assert.equal(found.length, 0, `\n${found.join('\n')}`)
  })
})

describe('The rules of the house', () => {
  const kernel = { 'src/kernel/event.ts': [], 'src/kernel/ids.ts': ['node:crypto'] }

  it('let the domain see the kernel, and projections see its events', () => {
    const sources = importing({
      ...kernel,
      'src/domain/hosts/events.ts': ['../../kernel/event.ts'],
      'src/projections/hosts.ts': ['../kernel/event.ts', '../domain/hosts/events.ts'],
    })
    assert.deepEqual(violations(sources), [])
  })

  const broken: readonly (readonly [string, Readonly<Record<string, readonly string[]>>, string])[] = [
    [
      'let the domain see no adapter',
      { 'src/domain/a.ts': ['../adapters/x/b.ts'], 'src/adapters/x/b.ts': [] },
      'src/domain/a.ts: imports src/adapters/x/b.ts; domain does not see adapters.',
    ],
    [
      'let api and workers not see each other',
      { 'src/api/a.ts': ['../workers/b.ts'], 'src/workers/b.ts': [] },
      'src/api/a.ts: imports src/workers/b.ts; api does not see workers.',
    ],
    [
      'let adapters take only ports from app',
      { 'src/adapters/x/a.ts': ['../../app/execute.ts', '../../app/ports.ts'], 'src/app/execute.ts': [], 'src/app/ports.ts': [] },
      'src/adapters/x/a.ts: imports src/app/execute.ts; adapters take only ports from app (ports.ts, …-ports.ts, …-store.ts).',
    ],
    [
      'keep vendors apart',
      { 'src/adapters/x/a.ts': ['../y/b.ts', '../shared.ts'], 'src/adapters/y/b.ts': [], 'src/adapters/shared.ts': [] },
      'src/adapters/x/a.ts: imports src/adapters/y/b.ts; an adapter sees no other.',
    ],
    [
      'keep adapters for compose',
      {
        'src/cli/a.ts': ['../adapters/x/b.ts', '../compose.ts'],
        'src/adapters/x/b.ts': [],
        'src/compose.ts': ['./adapters/x/b.ts'],
      },
      'src/cli/a.ts: imports src/adapters/x/b.ts; cli does not see adapters.',
    ],
    [
      'keep the simulators out of the server',
      { 'src/simulators/a.ts': ['../app/ports.ts'], 'src/app/ports.ts': [] },
      'src/simulators/a.ts: imports src/app/ports.ts; simulators does not see app.',
    ],
    [
      'keep the kernel and the domain pure',
      { 'src/domain/a.ts': ['node:crypto'] },
      'src/domain/a.ts: imports node:crypto; domain is pure (only src/kernel/ids.ts hashes, with node:crypto).',
    ],
    [
      'let the console take only the types of the API from the client',
      {
        'src/console/a.tsx': ['../client/json.ts', '../client/a-json.ts', '../client/b.ts'],
        ...{ 'src/client/json.ts': [], 'src/client/a-json.ts': [], 'src/client/b.ts': [] },
      },
      "src/console/a.tsx: imports src/client/b.ts; the console takes only types of the API's JSON from client (json.ts, …-json.ts).",
    ],
    ['keep vendors out of app', { 'src/app/a.ts': ['pg', 'node:timers'] }, 'src/app/a.ts: imports pg; app knows no vendor.'],
    [
      'forbid rings, of types too',
      { 'src/app/a.ts': ['./b.ts'], 'src/app/b.ts': ['./c.ts'], 'src/app/c.ts': ['./a.ts'] },
      'src/app/a.ts: is in a ring of imports: src/app/a.ts → src/app/b.ts → src/app/c.ts → src/app/a.ts.',
    ],
    ['forbid index.ts', { 'src/app/index.ts': [] }, 'src/app/index.ts: no index.ts; import from the file that owns the name.'],
    ['want kebab-case', { 'src/app/doWork.ts': [] }, 'src/app/doWork.ts: names of files and folders are kebab-case.'],
    [
      'want a capability for every file of the admin API',
      { 'src/api/admin/router.ts': [], 'src/api/admin/hosts.ts': [], 'src/api/admin/hosts/host-lists.ts': [] },
      'src/api/admin/hosts.ts: belongs to a capability; put it into a folder of src/api/admin.',
    ],
    [
      'want contract and subjects of a capability side by side',
      { 'src/api/admin/hosts/contract.ts': [] },
      'src/api/admin/hosts/contract.ts: the folder has no subjects.ts; contract and subjects of its routes stand together.',
    ],
    [
      'want the name of a file',
      { 'src/app/a.ts': ['./b'], 'src/app/b.ts': [] },
      'src/app/a.ts: imports ./b, which is no file; name the file, with .ts.',
    ],
    [
      'keep src to itself',
      { 'src/app/a.ts': ['../../test/support/b.ts'] },
      'src/app/a.ts: imports ../../test/support/b.ts; src imports nothing from outside src.',
    ],
  ]
  for (const [rule, files, sentence] of broken) {
    it(rule, () => {
      assert.deepEqual(violations(importing(files)), [sentence])
    })
  }

  it('let projections take only events, types and vocabulary from the domain', () => {
    const taking = (code: string) =>
      violations(
        new Map([
          ['src/projections/a.ts', `${code}\n`],
          ['src/domain/hosts/host.ts', "import { reject } from './rules.ts'\n"],
          ['src/domain/hosts/rules.ts', "import type { E } from './events.ts'\n"],
          ['src/domain/hosts/events.ts', ''],
        ]),
      )
    assert.deepEqual(taking("import type { Host } from '../domain/hosts/host.ts'"), [])
    assert.deepEqual(taking("export type { Host } from '../domain/hosts/host.ts'"), [])
    assert.deepEqual(taking("import { hours } from '../domain/hosts/rules.ts'"), [])
    assert.deepEqual(taking("import { all } from '../domain/hosts/events.ts'"), [])
    for (const code of [
      "import { host } from '../domain/hosts/host.ts'",
      "import type { Host } from '../domain/hosts/host.ts'\nimport { host } from '../domain/hosts/host.ts'",
      "export { host } from '../domain/hosts/host.ts'",
      "const { host } = await import('../domain/hosts/host.ts')",
    ]) {
      assert.match(
        taking(code).join(),
        /^src\/projections\/a.ts: imports src\/domain\/hosts\/host.ts; projections take only/,
        code,
      )
    }
  })

  it('want a room for every file', () => {
    assert.match(violations(importing({ 'src/helpers/a.ts': [] })).join(), /src\/helpers\/a.ts: belongs to no room/)
    assert.match(violations(importing({ 'src/other.ts': [] })).join(), /src\/other.ts: belongs to no room/)
  })

  it('want files of no more than 300 lines', () => {
    const lines = (count: number) => violations(new Map([['src/app/a.ts', '//\n'.repeat(count)]]))
    assert.deepEqual(lines(300), [])
    assert.deepEqual(lines(301), ['src/app/a.ts: has 301 lines; past 300, split it by idea.'])
  })

  it('see every way to import', () => {
    for (const code of [
      "import { b } from 'pg'",
      "export { b } from 'pg'",
      "import 'pg'",
      "const b = await import('pg')",
      "type B = import('pg').B",
    ]) {
      assert.deepEqual(
        violations(new Map([['src/app/a.ts', `${code}\n`]])),
        ['src/app/a.ts: imports pg; app knows no vendor.'],
        code,
      )
    }
  })
})
