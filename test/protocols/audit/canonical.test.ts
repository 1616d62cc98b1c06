import assert from 'node:assert/strict'
import fc from 'fast-check'
import { canonical } from '../../../src/protocols/audit/canonical.ts'

describe('The canonical form of JSON', () => {
  it('is that of RFC 8785', () => {
    const numbers = JSON.parse('[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001, -0]') as unknown
    assert.equal(canonical(numbers), '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]')
    const text = '\u20ac$\u000f\nA\'B"\\"/'
    assert.equal(
      canonical({ text, literals: [null, true, false] }),
      '{"literals":[null,true,false],"text":"€$\\u000f\\nA\'B\\"\\\\\\"/"}',
    )
    const keys = { '\u20ac': 1, '\r': 2, '\ufb33': 3, A: 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 }
    assert.deepEqual(Object.values(JSON.parse(`[${canonical(keys).replaceAll(/[^\d,]/g, '')}]`) as object), [2, 4, 6, 7, 1, 5, 3])
  })

  it('says the same of the same, in whatever order, and comes back to itself', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (json) => {
        const value: unknown = JSON.parse(json)
        const text = canonical(value)
        assert.equal(canonical(JSON.parse(text)), text)
        assert.equal(canonical(turned(value)), text)
      }),
    )
  })

  it('leaves out what JSON does not have, as JSON.stringify does', () => {
    assert.equal(canonical({ b: undefined, a: [undefined, 1] }), '{"a":[null,1]}')
    assert.equal(canonical(JSON.parse('{"__proto__": {"x": 1}}')), '{"__proto__":{"x":1}}')
  })
})

/** The same with all members in another order. */
const turned = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turned(inner)]),
  )
}
