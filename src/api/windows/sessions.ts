import { oneAtATime } from '../../kernel/one-at-a-time.ts'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'

/** What this process remembers of one session of a device. Lost with the process: then the next session does what this one did not. */
export type Session = {
  /** Which message carried a command: it is not handed out twice in one session. */
  readonly carried: Map<string, string>
  /** Commands whose Adds found their nodes there: they go out once more, as Replaces. */
  readonly replacing: Set<string>
  /** Which node a CmdID inside a command is about. */
  readonly parts: Map<string, string>
  /** What came of an object in pieces so far, by node. */
  readonly pieces: Map<string, string>
  /** Answers its messages one after the other: one that comes again while it is being answered waits for that answer. */
  readonly alone: <T>(body: () => Promise<T>) => Promise<T>
  /** Whether this process saw it begin. */
  readonly fromStart: boolean
  /** Who is signed in, as the device said; null: it did not. */
  signedIn: 'user' | 'others' | 'none' | null
  /** How many bytes the device takes in a message; null: it did not say. */
  maxMessage: number | null
  /** What goes along once a session has gone. */
  inlineSent: boolean
  /** The last message and what it was answered. */
  answered: Readonly<{ msgId: string; body: Buffer }> | null
}

export type Sessions = Readonly<{
  /** The session that a message belongs to. A first message after others begins a new one of the same name: devices count in a circle. */
  of: (deviceId: string, sessionId: string, msgId: string) => Session
  forget: (deviceId: string, sessionId: string) => void
}>

const inMemory = 20_000

/** A larger answer is made anew when it is asked for again. */
export const longestRemembered = 16 * 1024

export const sessionMemory = (): Sessions => {
  const sessions = leastRecentlyUsed<Session>(inMemory)
  const keyOf = (deviceId: string, sessionId: string): string => `${deviceId}/${sessionId}`
  return {
    of: (deviceId, sessionId, msgId) => {
      const known = sessions.get(keyOf(deviceId, sessionId))
      const isOver = msgId === '1' && known?.answered !== null && known?.answered.msgId !== '1'
      if (known !== undefined && !isOver) return known
      const begun: Session = {
        ...{ carried: new Map(), replacing: new Set(), parts: new Map(), pieces: new Map(), fromStart: msgId === '1' },
        alone: oneAtATime(),
        ...{ signedIn: null, maxMessage: null, inlineSent: false, answered: null },
      }
      sessions.set(keyOf(deviceId, sessionId), begun)
      return begun
    },
    forget: (deviceId, sessionId) => {
      sessions.delete(keyOf(deviceId, sessionId))
    },
  }
}
