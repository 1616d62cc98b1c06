import { AnotherLog } from '../../app/log-identity-store.ts'

/** Whether the server that answers now holds the log that answered before. */
export type Admission = Readonly<{
  /** To be called when the server was lost: another one may stand in its place when it is back. */
  doubt: () => void
  /** Ends when there is no doubt; asks first, once for all who wait, when there is. Throws what the asking throws. */
  passed: () => Promise<void>
}>

/** Another log is not asked for again within this time, ms. A server that was away is asked at once: it may be back. */
const refusalMs = 1_000

export const admission = (admit: () => Promise<void>): Admission => {
  const state: { doubted: boolean; asking: Promise<void> | null } = { doubted: true, asking: null }

  const ask = async (): Promise<void> => {
    state.doubted = false
    try {
      await admit()
      state.asking = null
    } catch (error) {
      state.doubted = true
      if (error instanceof AnotherLog) setTimeout(() => (state.asking = null), refusalMs).unref()
      else state.asking = null
      throw error
    }
  }

  return {
    doubt: () => {
      state.doubted = true
    },
    passed: () => (state.doubted || state.asking !== null ? (state.asking ??= ask()) : Promise.resolve()),
  }
}
