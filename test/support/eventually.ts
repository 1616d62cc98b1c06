import { setTimeout as pause } from 'node:timers/promises'

/** Waits until `condition` holds; fails with what was waited for when it does not within `limitMs`. */
export const eventually = async (what: string, condition: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> => {
  const end = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`It did not come to be that ${what}.`)
    await pause(50)
  }
}
