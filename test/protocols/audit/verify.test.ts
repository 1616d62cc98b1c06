import assert from 'node:assert/strict'
import fc from 'fast-check'
import { firstMark, markAfter, writeLine } from '../../../src/protocols/audit/export-lines.ts'
import type { Finding } from '../../../src/protocols/audit/findings.ts'
import { anEvent, contentsOf, fileOf, keyPair, linesOf, sealed, verified, withCheckpoints } from './a-file.ts'

const key = keyPair()
const events = withCheckpoints(
  Array.from({ length: 12 }, (_, index) => anEvent(index)),
  key,
)
const file = fileOf({ events, key })
const lines = linesOf(file)

/** The event with this number stands two lines further down than it counts, with the header as line 1. */
const lineOf = (number: number): number => number + 1

const found = async (altered: string | Uint8Array, pinned: string | null = null): Promise<Finding> => {
  const verdict = await verified(altered, pinned)
  assert.equal(verdict.valid, false)
  return verdict
}

const places = async (altered: string): Promise<readonly unknown[]> => {
  const { problem, line, number } = await found(altered)
  return [problem, line, number]
}

describe('An export of the audit log', () => {
  it('is valid as the server wrote it, by the key that it names and by that key pinned', async () => {
    const verdict = await verified(file, key.fingerprint)
    assert.ok(verdict.valid)
    const { events: full, leftOut, checkpoints, first, last, pinned, filtered } = verdict
    assert.deepEqual(
      { full, leftOut, checkpoints, first, last, pinned, filtered },
      {
        ...{ full: 14, leftOut: 0, checkpoints: 2, first: 1, last: 14, pinned: true, filtered: false },
      },
    )
    const unpinned = await verified(file)
    assert.deepEqual([unpinned.valid, unpinned.valid && unpinned.pinned], [true, false])
  })

  it('is valid when a filter left events out, for their hashes stand in their place', async () => {
    const verdict = await verified(fileOf({ events, key, left: [1, 2, 5, 14] }))
    assert.deepEqual([verdict.valid, verdict.valid && verdict.leftOut, verdict.valid && verdict.checkpoints], [true, 4, 2])
  })

  it('names an event of which one byte is another', async () => {
    const altered = lines.with(lineOf(4) - 1, (lines[lineOf(4) - 1] ?? '').replace('"ada"', '"eve"')).join('')
    const { problem, line, number, stream, revision, eventId, position, message } = await found(altered)
    assert.deepEqual(
      { problem, line, number, stream, revision, eventId, position },
      {
        ...{ problem: 'altered', line: 5, number: 4, stream: 'host-1', revision: 3, eventId: 'event-3' },
        position: '00000000000000000004',
      },
    )
    assert.equal(message, 'On line 5, event 4 (host-1, revision 3) was altered.')
  })

  it('names what was altered although nothing of the event itself was: its place, its number, its mark, the header', async () => {
    const replaced = (number: number, from: string | RegExp, to: string): string =>
      lines.with(number - 1, (lines[number - 1] ?? '').replace(from, to)).join('')
    assert.deepEqual((await places(replaced(5, '"position":"0', '"position":"1'))).slice(0, 2), ['altered', 5])
    assert.deepEqual((await places(replaced(5, '"number":4', '"number":9'))).slice(0, 2), ['altered', 5])
    assert.deepEqual((await places(replaced(5, /"mark":"./, '"mark":"x'))).slice(0, 2), ['altered', 5])
    assert.deepEqual(await places(replaced(1, 'Example', 'Exampel')), ['altered', 1, null])
    assert.deepEqual((await places(replaced(5, '{', '{ '))).slice(0, 2), ['altered', 5])
    assert.deepEqual((await places(replaced(5, '\ufffd', '\ufffe'))).slice(0, 2), ['altered', 5])
  })

  it('takes no byte that is no UTF-8 for the sign that stands for such', async () => {
    const bytes = Buffer.from(file)
    const at = bytes.indexOf('\ufffd')
    const shorter = Buffer.concat([bytes.subarray(0, at + 2), bytes.subarray(at + 3)])
    const { problem, line } = await found(shorter)
    assert.deepEqual([problem, line], ['altered', 2])
  })

  it('names the first event that was removed, be it one or many, the first or the last', async () => {
    assert.deepEqual(await places(lines.toSpliced(4, 1).join('')), ['removed', 5, 4])
    assert.deepEqual(await places(lines.toSpliced(4, 3).join('')), ['removed', 5, 4])
    assert.deepEqual(await places(lines.toSpliced(1, 1).join('')), ['removed', 2, 1])
    assert.deepEqual(await places(lines.toSpliced(lineOf(14) - 1, 1).join('')), ['removed', 15, 14])
    assert.deepEqual(await places(lines.toSpliced(0, 1).join('')), ['removed', 1, null])
  })

  it('names what was inserted: something new, or a copy from elsewhere', async () => {
    const forged = (lines[4] ?? '').replace('"ada"', '"eve"')
    assert.deepEqual((await places(lines.toSpliced(5, 0, forged).join(''))).slice(0, 2), ['inserted', 6])
    assert.deepEqual((await places(lines.toSpliced(5, 0, lines[2] ?? '').join(''))).slice(0, 2), ['inserted', 6])
    assert.deepEqual((await places(lines.toSpliced(5, 0, lines[9] ?? '').join(''))).slice(0, 2), ['inserted', 6])
    assert.deepEqual((await places(lines.toSpliced(5, 0, 'nonsense\n').join(''))).slice(0, 2), ['inserted', 6])
    assert.deepEqual((await places(`${file}${lines[2] ?? ''}`)).slice(0, 2), ['inserted', 17])
  })

  it('names where the order was changed', async () => {
    const [a = '', b = '', far = ''] = [lines[4], lines[5], lines[9]]
    assert.deepEqual(await places(lines.with(4, b).with(5, a).join('')), ['reordered', 5, 5])
    assert.deepEqual(await places(lines.with(4, far).with(9, a).join('')), ['reordered', 5, 9])
    assert.deepEqual(await places(lines.toSpliced(4, 1).toSpliced(9, 0, a).join('')), ['reordered', 5, 5])
  })

  it('says that it was truncated, between lines and within one', async () => {
    assert.deepEqual(await places(lines.slice(0, 6).join('')), ['truncated', 7, 6])
    assert.equal((await places(lines.slice(0, 6).join('').slice(0, -20)))[0], 'truncated')
    assert.equal((await places(file.slice(0, -1)))[0], 'truncated')
    assert.deepEqual(await places(''), ['truncated', 1, null])
    assert.deepEqual(await places(lines[0] ?? ''), ['truncated', 2, 1])
  })

  it('is refused when it is signed with another key than the pinned one, or the key is not what it is called', async () => {
    const other = keyPair()
    assert.deepEqual(
      [(await found(file, other.fingerprint)).problem, (await found(file, other.fingerprint)).line],
      ['wrong-key', 1],
    )
    const misnamed = fileOf({ events, key, header: { key: { fingerprint: key.fingerprint, publicKey: other.publicPem } } })
    assert.equal((await found(misnamed)).problem, 'wrong-key')
    const noKey = fileOf({ events, key, header: { key: { fingerprint: key.fingerprint, publicKey: 'none' } } })
    assert.equal((await found(noKey)).problem, 'wrong-key')
  })

  it('betrays whoever wrote all marks anew with a key of their own, by the checkpoints', async () => {
    const other = keyPair()
    const forged = fileOf({ events, key: other })
    const { problem, line } = await found(forged)
    assert.deepEqual([problem, line], ['wrong-key', lineOf(6)])
  })

  it('betrays whoever wrote all marks anew without the key, by the signature of the footer', async () => {
    const forged = contentsOf(sealed(contentsOf(file), keyPair()))
    const { problem, line } = await found(sealedAsIs(forged))
    assert.deepEqual([problem, line], ['wrong-signature', 16])
  })

  it('betrays an altered log whose server signed the export all the same, between two checkpoints', async () => {
    const forged = fileOf({ events, key, forged: (event, number) => (number === 8 ? anEvent(7, { text: 'forged' }) : event) })
    const { problem, line, number, message } = await found(forged)
    assert.deepEqual([problem, line, number], ['wrong-link', lineOf(12), 6])
    assert.match(message, /^Between event 6 and event 11 something is not as it was/)
    const late = fileOf({ events, key, forged: (event, number) => (number === 13 ? anEvent(10, { text: 'forged' }) : event) })
    assert.deepEqual(await places(late), ['wrong-link', 16, 12])
  })

  it('betrays a checkpoint that was not signed, and one that cannot be read', async () => {
    const forgedBy = (change: (data: object) => object) =>
      fileOf({
        events,
        key,
        forged: (event, number) => (number === 6 ? { ...event, data: change(event.data as object) } : event),
      })
    assert.deepEqual((await places(forgedBy((data) => ({ ...data, count: 4 })))).slice(0, 2), ['wrong-signature', 7])
    assert.deepEqual((await places(forgedBy(() => ({})))).slice(0, 2), ['altered', 7])
  })

  it('betrays numbers that do not follow although the marks do', async () => {
    const contents = contentsOf(file)
    assert.deepEqual(await places(sealed(contents.toSpliced(4, 1), key)), ['removed', 5, 4])
    const copy = contents[3]
    assert.ok(copy !== undefined)
    assert.deepEqual(await places(sealed(contents.toSpliced(4, 0, copy), key)), ['inserted', 5, 3])
    assert.equal((await places(sealed(contents.toSpliced(lineOf(14) - 1, 1), key)))[0], 'removed')
    assert.equal((await places(sealed(contents.slice(1), key)))[0], 'removed')
    const [header] = contents
    assert.ok(header !== undefined)
    assert.equal((await places(sealed(contents.toSpliced(3, 0, header), key)))[0], 'inserted')
  })

  it('is not just any file', async () => {
    for (const other of ['{}\n', 'hello\n', '\n', '[1]\n', '{"kind":"event"}\n{}\n'])
      assert.equal((await found(other)).problem, 'no-export')
  })
})

describe('Whatever is done to an export of the audit log', () => {
  const bytes = Buffer.from(fileOf({ events, key, left: [3, 4, 9] }))
  const index = fc.nat({ max: bytes.length - 1 })

  const flips = fc.record({ at: index, bit: fc.nat({ max: 7 }) }).map(({ at, bit }) => {
    const bent = Buffer.from(bytes)
    bent[at] = (bent[at] ?? 0) ^ (1 << bit)
    return bent
  })
  const cuts = fc
    .tuple(index, fc.integer({ min: 1, max: 400 }))
    .map(([at, count]) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + count)]))
  const insertions = fc
    .tuple(index, fc.uint8Array({ minLength: 1, maxLength: 60 }))
    .map(([at, more]) => Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]))
  const copies = fc
    .tuple(index, index, fc.integer({ min: 1, max: 800 }))
    .map(([from, to, count]) => Buffer.concat([bytes.subarray(0, to), bytes.subarray(from, from + count), bytes.subarray(to)]))
  const all = linesOf(bytes.toString())
  const orders = fc.shuffledSubarray([...all], { minLength: 0, maxLength: all.length }).map((some) => Buffer.from(some.join('')))

  it('is never called valid', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(flips, cuts, insertions, copies, orders), async (tampered) => {
        fc.pre(!tampered.equals(bytes))
        const verdict = await verified(tampered, key.fingerprint)
        assert.equal(verdict.valid, false)
        assert.ok(verdict.line >= 1)
        assert.match(verdict.message, /^[A-Z].*\.$/)
      }),
      { numRuns: 400 },
    )
  })
})

/** Lines with marks that fit, and the signature that they have. */
const sealedAsIs = (contents: ReturnType<typeof contentsOf>): string => {
  let file = ''
  let mark = firstMark
  for (const content of contents) {
    mark = markAfter(mark, content)
    file += `${writeLine({ content, mark })}\n`
  }
  return file
}
