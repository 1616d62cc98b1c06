import assert from 'node:assert/strict'
import { MulterError } from 'multer'
import { HttpRefusal, problemOf } from '../../src/api/errors.ts'
import { AppendTooLarge, LogUnavailable, RevisionConflict, SecretGone } from '../../src/app/ports.ts'
import { StoreUnavailable } from '../../src/app/projection-store.ts'
import { reject } from '../../src/domain/rejections.ts'
import { ParseError } from '../../src/kernel/parse-error.ts'
import { Rejection } from '../../src/kernel/rejection.ts'

const thrownBy = (body: () => never): unknown => {
  try {
    return body()
  } catch (error) {
    return error
  }
}

const bodyError = (status: number, type: string): Error => Object.assign(new Error('it quoted the secret'), { status, type })

describe('errors as the admin API answers them', () => {
  const cases: readonly (readonly [string, unknown, number, string])[] = [
    ['a rule that says no', thrownBy(() => reject('name-taken', 'The name is taken.', 'name')), 409, 'name'],
    ['a rule that names no field', thrownBy(() => reject('not-found', 'It is not there.')), 404, 'base'],
    ['bad input', new ParseError('plist', 'The list ends early.'), 400, 'plist'],
    ['an edge that says no', new HttpRefusal(422, [{ name: 'key', reason: 'No.' }]), 422, 'key'],
    ['an append too large', new AppendTooLarge('x'), 413, 'base'],
    ['an erased secret', new SecretGone('x'), 410, 'base'],
    ['too many conflicts', new RevisionConflict('host-1', 1, 2), 503, 'base'],
    ['a log that is away', new LogUnavailable('x'), 503, 'base'],
    ['read models that are away', new StoreUnavailable('x'), 503, 'base'],
    ['a file too large', new MulterError('LIMIT_FILE_SIZE', 'profile'), 413, 'profile'],
    ['a form of too many parts', new MulterError('LIMIT_PART_COUNT'), 400, 'base'],
    ['a body too large', bodyError(413, 'entity.too.large'), 413, 'base'],
    ['an unknown encoding', bodyError(415, 'encoding.unsupported'), 415, 'base'],
  ]
  for (const [what, error, status, field] of cases)
    it(`answer ${what} with ${String(status)}`, () => {
      const problem = problemOf(error)
      assert.deepEqual([problem?.status, problem?.errors[0]?.name], [status, field])
    })

  it('tell nothing that a body parser quoted', () => {
    assert.doesNotMatch(JSON.stringify(problemOf(bodyError(400, 'entity.parse.failed'))), /secret/)
  })

  it('know no other error, nor one that claims a status of the server', () => {
    for (const fault of [new Error('x'), 'text', null, bodyError(500, ''), new Rejection('unheard-of', 'x')])
      assert.equal(problemOf(fault), null)
  })
})
