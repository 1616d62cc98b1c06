/** What a status means for whoever asked. `retry`: it may go well another time; `exists`: an Add of what is there. */
export type StatusOutcome = 'done' | 'failed' | 'retry' | 'exists' | 'unauthenticated'

/** Reads a status as people and retries need it; unknown ones by their first digit. */
export const outcomeOfStatus = (code: string): StatusOutcome => codes[code]?.outcome ?? (code.startsWith('2') ? 'done' : 'failed')

/** What a status says, in a few words. */
export const meaningOf = (code: string): string => codes[code]?.meaning ?? 'unknown status'

const codes: Readonly<Record<string, Readonly<{ outcome: StatusOutcome; meaning: string }>>> = {
  '200': { outcome: 'done', meaning: 'done' },
  '202': { outcome: 'done', meaning: 'accepted, under way' },
  '212': { outcome: 'done', meaning: 'authenticated' },
  '213': { outcome: 'retry', meaning: 'a part was taken' },
  '214': { outcome: 'done', meaning: 'done, and no more in this session' },
  '215': { outcome: 'retry', meaning: 'not executed' },
  '216': { outcome: 'failed', meaning: 'rolled back' },
  '304': { outcome: 'done', meaning: 'not modified' },
  '400': { outcome: 'failed', meaning: 'malformed command' },
  '401': { outcome: 'unauthenticated', meaning: 'wrong credentials' },
  '403': { outcome: 'failed', meaning: 'forbidden' },
  '404': { outcome: 'failed', meaning: 'no such node' },
  '405': { outcome: 'failed', meaning: 'not allowed on this node' },
  '406': { outcome: 'failed', meaning: 'feature not supported' },
  '407': { outcome: 'unauthenticated', meaning: 'credentials needed' },
  '412': { outcome: 'failed', meaning: 'incomplete command' },
  '413': { outcome: 'failed', meaning: 'too large' },
  '414': { outcome: 'failed', meaning: 'address too long' },
  '415': { outcome: 'failed', meaning: 'wrong type or format' },
  '416': { outcome: 'retry', meaning: 'wrong size' },
  '418': { outcome: 'exists', meaning: 'exists already' },
  '420': { outcome: 'retry', meaning: 'device full' },
  '424': { outcome: 'retry', meaning: 'size mismatch' },
  '425': { outcome: 'retry', meaning: 'permission denied' },
  '500': { outcome: 'failed', meaning: 'command failed' },
  '503': { outcome: 'retry', meaning: 'unavailable' },
  '507': { outcome: 'failed', meaning: 'the group failed' },
  '510': { outcome: 'retry', meaning: 'data store failed' },
  '516': { outcome: 'failed', meaning: 'the group failed and was not rolled back' },
}
