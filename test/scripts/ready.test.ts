import assert from 'node:assert/strict'

type Package = Readonly<{ version: string; optional?: boolean; dev?: boolean; devOptional?: boolean; link?: boolean }>
type Packages = Readonly<Record<string, Package>>
type Ready = Readonly<{
  isAtLeast: (version: string, wanted: string) => boolean
  isSatisfied: (lockfiles: Readonly<{ wanted: Packages; present: Packages; dev: boolean }>) => boolean
}>

describe('Making a checkout ready', () => {
  let ready: Ready
  before(async () => {
    ready = (await import(new URL('../../scripts/ready.mjs', import.meta.url).href)) as Ready
  })

  it('compares versions of Node as numbers', () => {
    for (const version of ['20.19.0', '20.19.1', '20.20.0', '22.0.0', '100.0.0'])
      assert.ok(ready.isAtLeast(version, '20.19.0'), version)
    for (const version of ['20.18.9', '20.9.0', '18.20.0', '9.99.99']) assert.ok(!ready.isAtLeast(version, '20.19.0'), version)
  })

  const lock: Packages = {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/test-tool': { version: '2.0.0', dev: true },
    'node_modules/for-another-system': { version: '3.0.0', optional: true },
  }

  it('installs nothing when all packages are there', () => {
    const present = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/test-tool': { version: '2.0.0' } }
    assert.ok(ready.isSatisfied({ wanted: lock, present, dev: true }))
  })

  it('installs when a package is missing or another version', () => {
    assert.ok(!ready.isSatisfied({ wanted: lock, present: {}, dev: false }))
    assert.ok(!ready.isSatisfied({ wanted: lock, present: { 'node_modules/a': { version: '1.0.1' } }, dev: false }))
  })

  it('wants the tools for tests only when it tests', () => {
    const present = { 'node_modules/a': { version: '1.0.0' } }
    assert.ok(ready.isSatisfied({ wanted: lock, present, dev: false }))
    assert.ok(!ready.isSatisfied({ wanted: lock, present, dev: true }))
  })
})
