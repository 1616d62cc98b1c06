import assert from 'node:assert/strict'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { childOf, childrenOf, readXml, textAt } from '../../../src/protocols/xml/read-xml.ts'

const limits = { field: 'message', maxBytes: 2000, maxDepth: 5, maxElements: 20 }
const read = (text: string) => readXml(Buffer.from(text), limits)

const refusal = (text: string | Uint8Array): string => {
  try {
    readXml(Buffer.from(text), limits)
  } catch (error) {
    if (error instanceof ParseError) return `${error.field}: ${error.message}`
    throw error
  }
  return 'taken'
}

describe('An XML message', () => {
  it('is read by local name and namespace, whatever its prefixes', () => {
    const one = read('<s:a xmlns:s="urn:x" xmlns:t="urn:y"><t:b t:k="1" l="2"> two </t:b><s:b>three</s:b></s:a>')
    const other = read('<a xmlns="urn:x"><b xmlns="urn:y" xmlns:q="urn:y" q:k="1" l="2"> two </b><b>three</b></a>')
    for (const root of [one, other]) {
      assert.deepEqual([root.name, root.namespace], ['a', 'urn:x'])
      assert.equal(textAt(root, 'b'), 'two')
      assert.equal(childOf(root, 'b', 'urn:x')?.text, 'three')
      assert.equal(childrenOf(root, 'b').length, 2)
      const kept = childOf(root, 'b')?.attributes.filter(({ name }) => name === 'k' || name === 'l')
      assert.deepEqual(
        kept?.map(({ name, namespace, value }) => [name, namespace, value]),
        [
          ['k', 'urn:y', '1'],
          ['l', '', '2'],
        ],
      )
    }
    assert.equal(textAt(one, 'c', 'd'), null)
  })

  it('keeps what stands between tags as it was written', () => {
    const root = read('<?xml version="1.0"?><a><b>x &amp; <!-- no --><![CDATA[<y>]]></b><c><d k="1"/>z</c><e/><f ></f ></a>')
    assert.deepEqual(
      root.children.map(({ inner }) => inner),
      ['x &amp; <!-- no --><![CDATA[<y>]]>', '<d k="1"/>z', '', ''],
    )
    assert.equal(textAt(root, 'b'), 'x & <y>')
  })

  it('keeps characters outside the basic plane where they stand', () => {
    const root = read('<a>😀<b>é😀</b>–<c><d>1</d></c></a>')
    assert.deepEqual(
      root.children.map(({ inner }) => inner),
      ['é😀', '<d>1</d>'],
    )
  })

  const refused: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ['nothing', '', /^message: The message is empty/],
    ['spaces', ' \n', /^message: The message is empty/],
    ['no UTF-8', Uint8Array.of(0x3c, 0xff, 0xfe), /not in UTF-8/],
    ['a document type', '<!DOCTYPE a [<!ENTITY x "secret">]><a>&x;</a>', /document type/],
    ['a processing instruction', '<a><?run me?></a>', /processing instruction \(line 1/],
    ['an open element', '<a><b></a>', /well-formed/],
    ['an unknown entity', '<a>&secret;</a>', /^(?!.*secret).*well-formed/],
    ['an unbound prefix', '<q:a/>', /well-formed/],
    ['text alone', 'hello', /well-formed/],
    ['too deep', '<a>'.repeat(6) + '</a>'.repeat(6), /deeper than 5/],
    ['too many elements', `<a>${'<b/>'.repeat(20)}</a>`, /more than 20 elements/],
    ['too large', `<a>${'x'.repeat(2000)}</a>`, /2007 bytes; at most 2000/],
  ]
  for (const [what, text, expected] of refused)
    it(`is refused when it is ${what}`, () => {
      assert.match(refusal(text), expected)
    })
})
