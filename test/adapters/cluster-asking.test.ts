import assert from 'node:assert/strict'
import { asking } from '../../src/adapters/cluster/asking.ts'

describe('What the first process asks of those that serve', () => {
  const [one, other] = [{}, {}]

  it('is answered when all have answered, each once and to the question that was put', async () => {
    const questions = asking<string>(60_000)
    const answers = questions.of([one, other], (who, number) => {
      questions.answered(who, number + 1, 'to another question')
      questions.answered(who, number, who === one ? 'one' : 'other')
      questions.answered(who, number, 'again')
    })
    assert.deepEqual(await answers, ['one', 'other'])
  })

  it('does not wait for one that has gone, and asks nobody where nobody is', async () => {
    const questions = asking<string>(60_000)
    const answers = questions.of([one, other], (who, number) => {
      if (who === one) questions.answered(who, number, 'one')
    })
    questions.gone(other)
    assert.deepEqual(await answers, ['one'])
    assert.deepEqual(await questions.of([], () => assert.fail()), [])
  })

  it('is answered without those who say nothing in time', async () => {
    const questions = asking<string>(1)
    assert.deepEqual(await questions.of([one], () => undefined), [])
  })
})
