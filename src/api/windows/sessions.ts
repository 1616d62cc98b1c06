import { oneAtATime } from '../../kernel/one-at-a-time.ts'
import type { Deed } from '../../protocols/windows/syncml/deeds.ts'
import type { SessionPackage } from './session-package.ts'
import { sessionPackage } from './session-package.ts'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'

/** What this process remembers of one session of a device. Lost with the process: then the next session does what this one did not. */
export type Session = {
  /** Which message carried a command: it is not handed out twice in one session. */
  readonly carried: Map<string, string>
  /** Commands whose Adds found their nodes there: they go out once more, as Replaces. */
  readonly replacing: Set<string>
  /** Which node a CmdID inside a command is about. */
  readonly parts: Map<string, string>
  /** What the device said in the package that it is still sending: a status may stand before its result. */
  readonly package: SessionPackage
  /** Answers its messages one after the other: one that comes again while it is being answered waits for that answer. */
  readonly alone: <T>(body: () => Promise<T>) => Promise<T>
  /** Whether this process saw it begin. */
  readonly fromStart: boolean
  /** Who is signed in, as the device said; null: it did not. */
  signedIn: 'user' | 'others' | 'none' | null
  /** Whose settings the session is for, as the device said; null: it did not, and takes both. */
  syncType: 'user' | 'device' | 'mixed' | null
  /** How many bytes the device takes in a message, and in one object; null: it did not say. */
  maxMessage: number | null
  maxObject: number | null
  /** Which commands were held back in it. */
  readonly held: Set<string>
  /** What goes along once in a session, as far as it is still to go; null: it was not looked at yet. */
  inline: readonly Deed[] | null
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
        ...{ carried: new Map(), replacing: new Set(), parts: new Map(), held: new Set(), fromStart: msgId === '1' },
        alone: oneAtATime(),
        package: sessionPackage(),
        ...{ signedIn: null, syncType: null, maxMessage: null, maxObject: null, inline: null, answered: null },
      }
      sessions.set(keyOf(deviceId, sessionId), begun)
      return begun
    },
    forget: (deviceId, sessionId) => {
      sessions.delete(keyOf(deviceId, sessionId))
    },
  }
}
