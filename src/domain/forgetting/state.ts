import { reject } from '../rejections.ts'

export type Forgetting = Readonly<{
  /** How often the host was forgotten. */
  times: number
  /** When it was, ISO 8601; null: it was not, or its device came again since. */
  since: string | null
  /** The key that is to be destroyed may still be there. */
  keyStands: boolean
}>

/** Rejects while the old key may be there: what is sealed now would be lost with it. */
export const mustHaveLostItsKey = ({ keyStands }: Forgetting): void => {
  if (keyStands)
    reject('still-in-progress', 'This host is being forgotten: its key is about to be destroyed. Try again in a moment.')
}

/** Rejects when what was in custody of the host is gone with its key. */
export const mustBeRemembered = ({ since }: Forgetting): void => {
  if (since !== null) reject('forgotten', `This host was forgotten at ${since}: the key of its secrets is destroyed.`)
}
