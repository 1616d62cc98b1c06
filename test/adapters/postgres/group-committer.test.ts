import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Piece } from '../../../src/adapters/postgres/group-committer.ts'
import { groupCommitter } from '../../../src/adapters/postgres/group-committer.ts'

describe('The group committer', () => {
  it('writes what comes in one turn as one batch, and gives each piece its own result', async () => {
    const { commit, batches } = recording()
    assert.deepEqual(await Promise.all([commit(piece('a')), commit(piece('b'))]), ['a', 'b'])
    assert.deepEqual(batches, [['a', 'b']])
  })

  it('collects what comes while a batch is being written', async () => {
    const { commit, batches, hold } = recording()
    const release = hold()
    const first = commit(piece('a'))
    await turn()
    const others = [commit(piece('b')), commit(piece('c'))]
    await turn()
    assert.deepEqual(batches, [['a']])
    release()
    await Promise.all([first, ...others])
    assert.deepEqual(batches, [['a'], ['b', 'c']])
  })

  it('puts one piece of a key into a batch, keeps their order, and lets others go first', async () => {
    const { commit, batches } = recording({ batchPieces: 2 })
    await Promise.all([
      commit(piece('a', 'a1')),
      commit(piece('a', 'a2')),
      commit(piece('b')),
      commit(piece('c')),
      commit(piece('d')),
    ])
    assert.deepEqual(batches, [['a1', 'b'], ['c', 'd'], ['a2']])
  })

  it('keeps a batch below its bytes, but writes a large piece alone', async () => {
    const { commit, batches } = recording({ batchBytes: 10 })
    await Promise.all([commit(piece('a', 'a', 6)), commit(piece('b', 'b', 6)), commit(piece('c', 'c', 50))])
    assert.deepEqual(batches, [['a'], ['b'], ['c']])
  })

  it('writes a failing batch piece by piece, so that one bad piece fails alone', async () => {
    const { commit, batches } = recording()
    const answers = await Promise.allSettled([commit(piece('a')), commit(piece('bad')), commit(piece('c'))])
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(batches, [['a', 'bad', 'c'], ['a'], ['bad'], ['c']])
  })

  it('does not write again what failed because nothing can be written now', async () => {
    const { commit, batches } = recording()
    const answers = await Promise.allSettled([commit(piece('a')), commit(piece('lost'))])
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    assert.equal(batches.length, 1)
  })

  it('turns away those who come when too much waits, and takes them again afterwards', async () => {
    const { commit } = recording({ waitingPieces: 2, waitingBytes: 10 })
    const first = [commit(piece('a')), commit(piece('b'))]
    await assert.rejects(commit(piece('c')), /overflow/)
    await Promise.all(first)
    await assert.rejects(commit(piece('c', 'c', 11)), /overflow/)
    assert.equal(await commit(piece('c')), 'c')
  })

  it('is idle once all that waited is written', async () => {
    const { commit, batches, idle } = recording({ batchPieces: 1 })
    const all = [commit(piece('a')), commit(piece('b')), commit(piece('c'))]
    await idle()
    assert.equal(batches.length, 3)
    await Promise.all(all)
    await idle()
  })
})

type Named = Piece & Readonly<{ name: string }>

const piece = (key: string, name = key, bytes = 1): Named => ({ key, name, bytes })

const turn = () => new Promise((resolve) => setImmediate(resolve))

type Limits = Partial<Readonly<{ batchPieces: number; batchBytes: number; waitingPieces: number; waitingBytes: number }>>

/** A committer that keeps the names of every batch it was to write; `hold` makes it wait before it answers. */
const recording = (limits: Limits = {}) => {
  const batches: (readonly string[])[] = []
  let held: Promise<void> = Promise.resolve()
  const committer = groupCommitter<Named, string>({
    write: async (batch) => {
      const names = batch.map(({ name }) => name)
      batches.push(names)
      await held
      if (names.includes('bad')) throw new Error('bad')
      if (names.includes('lost')) throw new Error('lost')
      return names
    },
    overflow: () => new Error('overflow'),
    worthSplitting: (error) => String(error).includes('bad'),
    limits: { batchPieces: 100, batchBytes: 100, waitingPieces: 100, waitingBytes: 100, ...limits },
  })
  const hold = (): (() => void) => {
    const release = new AbortController()
    held = once(release.signal, 'abort').then(() => undefined)
    return () => {
      release.abort()
    }
  }
  return { ...committer, batches, hold }
}
