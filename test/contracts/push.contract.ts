import assert from 'node:assert/strict'
import type { Push, PushTarget } from '../../src/app/ports.ts'

/** What a device's token may be worth to the push service. */
export type TokenState = 'unregistered' | 'bad-token' | 'certificate-refused' | 'refused' | 'try-later'

export type PushUnderTest = Readonly<{
  push: Push
  /** A topic that the service has a certificate for, and one that it has none for. */
  topic: string
  topicWithoutCertificate: string
  /** The wake-ups that left for a device, in order of arrival: token in hex, magic. */
  delivered: () => readonly Readonly<{ token: string; magic: string }>[]
  /** Lets pushes to this token (hex) end so. */
  make: (token: string, state: TokenState) => void
  stop: () => Promise<void>
}>

/** When a token of state `unregistered` became invalid, in every implementation. */
export const unregisteredSince = 1_700_000_000_000

/** What every push service does; run it against each adapter. */
export const pushContract = (name: string, open: () => Promise<PushUnderTest>): void => {
  describe(`${name} keeps the push contract`, () => {
    let under: PushUnderTest
    before(async () => {
      under = await open()
    })
    after(async () => {
      await under.stop()
    })

    it('wakes a device with its own magic', async () => {
      const target = targetOf(under.topic, 'a1')
      assert.deepEqual(await under.push.wake([target]), [{ kind: 'sent' }])
      assert.deepEqual(
        under
          .delivered()
          .filter(({ token }) => token === 'a1')
          .map(({ magic }) => magic),
        [target.magic],
      )
    })

    it('answers nothing to nobody', async () => {
      assert.deepEqual(await under.push.wake([]), [])
    })

    it('gives every device its own outcome, in order', async () => {
      under.make('b2', 'unregistered')
      under.make('b3', 'bad-token')
      under.make('b4', 'certificate-refused')
      under.make('b5', 'refused')
      under.make('b6', 'try-later')
      const targets = ['b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7'].map((token) => targetOf(under.topic, token))
      const outcomes = await under.push.wake(targets)
      assert.deepEqual(
        outcomes.map(({ kind }) => kind),
        ['sent', 'unregistered', 'bad-token', 'certificate-refused', 'refused', 'try-later', 'sent'],
      )
      assert.deepEqual(outcomes[1], { kind: 'unregistered', since: unregisteredSince })
    })

    it('says that there is no push certificate, once per device, and still wakes the others', async () => {
      const missing = targetOf(under.topicWithoutCertificate, 'c2')
      const refused = { kind: 'certificate-refused', reason: 'no push certificate' }
      assert.deepEqual(await under.push.wake([missing, targetOf(under.topic, 'c1'), missing]), [
        refused,
        { kind: 'sent' },
        refused,
      ])
    })

    it('wakes the same device twice when told twice', async () => {
      const target = targetOf(under.topic, 'd1')
      assert.deepEqual(await under.push.wake([target, target]), [{ kind: 'sent' }, { kind: 'sent' }])
      assert.equal(under.delivered().filter(({ token }) => token === 'd1').length, 2)
    })

    it('asks to try later once it is closed, and closes twice without harm', async () => {
      await under.push.close()
      await under.push.close()
      assert.deepEqual(
        (await under.push.wake([targetOf(under.topic, 'e1')])).map(({ kind }) => kind),
        ['try-later'],
      )
      assert.deepEqual(
        under.delivered().filter(({ token }) => token === 'e1'),
        [],
      )
    })
  })
}

export const targetOf = (topic: string, token: string): PushTarget => ({
  topic,
  token: Buffer.from(token, 'hex'),
  magic: `magic-of-${token}`,
})
