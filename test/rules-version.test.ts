import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rulesVersion } from '../src/rules-version.ts'

describe('What tells the rules of a build from those of another', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-rules-'))
    for (const room of ['domain', 'kernel']) cpSync(join('src', room), join(folder, room), { recursive: true })
  })
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  it('is the same for the same files, wherever they lie', () => {
    assert.equal(rulesVersion(`${folder}/`), rulesVersion())
  })

  it('is another when a file says something else, has another name, or is new', () => {
    const versions = new Set([rulesVersion(folder)])
    writeFileSync(join(folder, 'domain/upcasts.ts'), '// another\n')
    versions.add(rulesVersion(folder))
    renameSync(join(folder, 'domain/upcasts.ts'), join(folder, 'domain/upcast.ts'))
    versions.add(rulesVersion(folder))
    writeFileSync(join(folder, 'kernel/new.ts'), '')
    versions.add(rulesVersion(folder))
    assert.equal(versions.size, 4)
  })
})
