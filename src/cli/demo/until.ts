import { setTimeout as pause } from 'node:timers/promises'

const lookEveryMs = 50
const patienceMs = 30_000

/** Waits for something to come true; false when it did not in time. */
export const until = async (isSo: () => Promise<boolean>): Promise<boolean> => {
  const end = Date.now() + patienceMs
  while (Date.now() < end) {
    if (await isSo()) return true
    await pause(lookEveryMs)
  }
  return false
}
