import assert from 'node:assert/strict'
import { kindOfUpload } from '../../src/protocols/kind-of-upload.ts'

describe('Settings of a batch', () => {
  for (const [start, kind] of [
    ['<?xml version="1.0"?>', 'apple-profile'],
    ['\ufeff\n <?XML', 'apple-profile'],
    ['  {"Type":', 'declaration'],
    ['<Replace>', 'windows-profile'],
    ['\n<add>', 'windows-profile'],
    ['<ATOMIC>', 'windows-profile'],
    ['<!-- first a word -->', 'windows-profile'],
  ] as const)
    it(`that begin with ${JSON.stringify(start)} are of the kind ${kind}`, () => {
      assert.equal(kindOfUpload(Buffer.from(start)), kind)
    })

  for (const start of ['', 'plain text', '<plist>', '0\u0082'])
    it(`that begin with ${JSON.stringify(start)} are refused`, () => {
      assert.throws(() => kindOfUpload(Buffer.from(start)), { name: 'ParseError', field: 'contents' })
    })
})
