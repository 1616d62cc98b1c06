import type { PushOutcome } from '../../../src/app/ports.ts'
import { memoryPush } from '../../../src/adapters/memory/push.ts'
import type { TokenState } from '../../contracts/push.contract.ts'
import { pushContract, unregisteredSince } from '../../contracts/push.contract.ts'

const outcomes: Readonly<Record<TokenState, PushOutcome>> = {
  unregistered: { kind: 'unregistered', since: unregisteredSince },
  'bad-token': { kind: 'bad-token', reason: 'BadDeviceToken' },
  'certificate-refused': { kind: 'certificate-refused', reason: 'BadCertificate' },
  refused: { kind: 'refused', reason: 'BadPriority' },
  'try-later': { kind: 'try-later', reason: 'TooManyRequests' },
}

pushContract('The memory push', () => {
  const push = memoryPush(['com.apple.mgmt.External.none'])
  return Promise.resolve({
    push,
    topic: 'com.apple.mgmt.External.test',
    topicWithoutCertificate: 'com.apple.mgmt.External.none',
    delivered: () => push.sent.map(({ token, magic }) => ({ token: Buffer.from(token).toString('hex'), magic })),
    make: (token, state) => {
      push.answer(Buffer.from(token, 'hex'), outcomes[state])
    },
    stop: push.close,
  })
})
