import type { Push, PushOutcome, PushTarget } from '../../app/ports.ts'

export type MemoryPush = Push &
  Readonly<{
    /** Every target that was ever told to wake and has a certificate, in order, whatever the outcome. */
    sent: readonly PushTarget[]
    /** Lets pushes to this token end so from now on; `sent` makes it well again. */
    answer: (token: Uint8Array, outcome: PushOutcome) => void
  }>

/** A push service that wakes nobody and remembers everything. It has a certificate for every topic but those named. */
export const memoryPush = (withoutCertificate: readonly string[] = []): MemoryPush => {
  const sent: PushTarget[] = []
  const answers = new Map<string, PushOutcome>()
  let closed = false

  const wakeOne = (target: PushTarget): PushOutcome => {
    if (withoutCertificate.includes(target.topic)) return { kind: 'certificate-refused', reason: 'no push certificate' }
    sent.push(target)
    const answer = answers.get(hexOf(target.token)) ?? { kind: 'sent' }
    return answer.kind === 'sent' && target.id !== undefined ? { ...answer, id: target.id } : answer
  }

  return {
    sent,
    answer: (token, outcome) => answers.set(hexOf(token), outcome),
    wake: (targets) => {
      if (closed) return Promise.resolve(targets.map(() => ({ kind: 'try-later', reason: 'push is closed' })))
      return Promise.resolve(targets.map(wakeOne))
    },
    close: () => {
      closed = true
      return Promise.resolve()
    },
  }
}

const hexOf = (token: Uint8Array): string => Buffer.from(token).toString('hex')
