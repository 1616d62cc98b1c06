import assert from 'node:assert/strict'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { topLevelTexts } from '../../../src/protocols/osquery/top-level-texts.ts'

const read = (json: string, size: number): Readonly<Record<string, string>> => {
  const texts = topLevelTexts(['node_key', 'session_id'])
  const bytes = Buffer.from(json)
  for (let at = 0; at < bytes.length; at += size) texts.push(bytes.subarray(at, at + size))
  texts.end()
  return { ...texts.found() }
}

describe('The texts at the top of a message of osquery', () => {
  const samples: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['{"node_key":"k"}', { node_key: 'k' }],
    ['  {"data":[{"node_key":"inner"}],"node_key" : "outer"}\n', { node_key: 'outer' }],
    ['{"data":"}]\\"node_key\\":\\"no\\"","node_key":"k"}', { node_key: 'k' }],
    ['{"node_key":"first","node_key":"last"}', { node_key: 'last' }],
    ['{"node\\u005fkey":"k\\u00e9\\\\\\""}', { node_key: 'ké\\"' }],
    ['{"node_key":7,"session_id":"s"}', { session_id: 's' }],
    ['{"node_key":{"node_key":"k"}}', {}],
    ['{"x":"\\\\","node_key":"Zürich"}', { node_key: 'Zürich' }],
    [`{"node_key":"${'x'.repeat(5000)}"}`, {}],
    ['{}', {}],
  ]
  for (const [json, texts] of samples)
    it(`are found in whatever pieces it comes: ${json.slice(0, 60)} [case K2]`, () => {
      for (const size of [1, 2, 3, 7, 10_000]) assert.deepEqual(read(json, size), texts)
    })

  it('are those that JSON.parse finds', () => {
    for (const [json, texts] of samples) {
      const whole = JSON.parse(json) as Readonly<Record<string, unknown>>
      for (const [key, text] of Object.entries(texts)) assert.equal(whole[key], text)
    }
  })

  for (const json of ['', '[]', '"node_key"', '{', '{"node_key":"k"', '{"node_key":"k', '{"a":[}', '}', 'null'])
    it(`are none where there is no whole object: ${json}`, () => {
      if (json === '{"a":[}') return assert.throws(() => read(json, 1), ParseError)
      assert.throws(() => read(json, 3), ParseError)
    })
})
