import assert from 'node:assert/strict'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { filesFitting } from '../../src/cli/apply/glob.ts'

describe('A pattern of paths', function () {
  this.timeout(20_000)
  let outside: string
  let root: string

  before(async () => {
    outside = await realpath(await mkdtemp(join(tmpdir(), 'muster-glob-')))
    root = join(outside, 'repository')
    const files = [
      'a/x.json',
      'a/b/y.json',
      'a/b/z.xml',
      'c/[1].json',
      'c/Zu\u0308rich.json',
      'c/.hidden.json',
      '.git/config.json',
    ]
    for (const file of files) {
      await mkdir(dirname(join(root, file)), { recursive: true })
      await writeFile(join(root, file), '')
    }
    await mkdir(join(outside, 'elsewhere'))
    await writeFile(join(outside, 'elsewhere', 'far.json'), '')
    await symlink(join(outside, 'elsewhere'), join(root, 'link'))
    await symlink(root, join(root, 'a', 'round'))
  })
  after(() => rm(outside, { recursive: true, force: true }))

  const fitting = async (pattern: string, folder = '.') =>
    (await filesFitting(root, join(root, folder), pattern)).map((file) => relative(root, file))

  for (const [pattern, files] of [
    ['a/*.json', ['a/x.json']],
    ['a/?.json', ['a/x.json']],
    ['a/*', ['a/round', 'a/x.json']],
    ['a/**/*.json', ['a/b/y.json', 'a/x.json']],
    ['**/*.json', ['a/b/y.json', 'a/x.json', 'c/.hidden.json', 'c/Zu\u0308rich.json', 'c/[1].json']],
    ['**/**/**/y.json', ['a/b/y.json']],
    ['**/b/*.{json,xml}', ['a/b/y.json', 'a/b/z.xml']],
    ['{a/b,c}/{y,{z,Z*}}.{json,xml}', ['a/b/y.json', 'a/b/z.xml', 'c/Zu\u0308rich.json']],
    ['a/[w-y].json', ['a/x.json']],
    ['a/[^x].json', []],
    ['a/[!y].json', ['a/x.json']],
    ['c/\\[1\\].json', ['c/[1].json']],
    ['c/[[]1[\\]].json', ['c/[1].json']],
    ['c/Z\u00fcrich.*', ['c/Zu\u0308rich.json']],
    ['c/../a/*.json', ['a/x.json']],
    ['./a//*.json', ['a/x.json']],
    ['*.json', []],
    ['nowhere/*', []],
  ] as const)
    it(`fits what it says: ${pattern}`, async () => {
      assert.deepEqual(await fitting(pattern), files)
    })

  it('begins where it stands', async () => {
    assert.deepEqual(await fitting('../c/[[]*', 'a'), ['c/[1].json'])
  })

  for (const [pattern, problem] of [
    ['../*', /leads out of/],
    ['link/*.json', /leads out of/],
    ['../elsewhere/*.json', /leads out of/],
    ['a/[x', /The \[ in \[x is without its end/],
    ['a/*\\', /is without its end/],
    ['a/{b', /brace .* without its other one/],
    ['a/b}', /brace .* without its other one/],
    ['{a,b}'.repeat(8), /more than 100 patterns/],
    [`${'a/round/'.repeat(40)}*`, /more than 32 folders/],
  ] as const)
    it(`is refused: ${pattern.slice(0, 40)}`, () => assert.rejects(fitting(pattern), problem))

  it('of many stars is answered at once', async () => {
    assert.deepEqual(await fitting(`c/${'*?'.repeat(2000)}x`), [])
  })
})
