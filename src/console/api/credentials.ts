/**
 * What a request shows. A token is typed in by hand and kept for this tab alone; a cookie is the browser's own, and then requests that change
 * something repeat `csrf`.
 */
export type Credentials = Readonly<{ token: string | null; csrf: string | null }>

const storageKey = 'muster-token'

let now: Credentials = { token: sessionStorage.getItem(storageKey), csrf: null }

export const credentials = (): Credentials => now

export const keepCredentials = (next: Credentials): void => {
  now = next
  if (next.token === null) sessionStorage.removeItem(storageKey)
  else sessionStorage.setItem(storageKey, next.token)
}
