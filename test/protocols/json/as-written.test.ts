import assert from 'node:assert/strict'
import { valuesAsWritten } from '../../../src/protocols/json/as-written.ts'

describe('Values of a JSON object as they were written', () => {
  it('keep their figures, at whatever depth [case F1]', () => {
    const json = '{ "a" : 9007199254740993 , "b":{"c":[1.0, {"d":"}, \\"x\\":{"}],"e":1e400}, "f":"\\u0041", "g":[] }'
    assert.deepEqual(
      [...valuesAsWritten(json, 'x')],
      [
        ['a', '9007199254740993'],
        ['b', '{"c":[1.0, {"d":"}, \\"x\\":{"}],"e":1e400}'],
        ['f', '"\\u0041"'],
        ['g', '[]'],
      ],
    )
    assert.deepEqual([...valuesAsWritten('{}', 'x')], [])
  })

  it('are refused when a key stands twice in one object', () => {
    for (const json of ['{"a":1,"a":2}', '{"a":[{"b":1,"\\u0062":2}]}'])
      assert.throws(() => valuesAsWritten(json, 'profile'), /The key [ab] stands twice/)
    assert.deepEqual([...valuesAsWritten('{"a":1,"a":{"b":1,"b":2}}')], [['a', '{"b":1,"b":2}']])
    assert.doesNotThrow(() => valuesAsWritten('{"a":{"a":"a"},"b":["a","a",{"a":1},{"a":2}]}', 'profile'))
  })
})
