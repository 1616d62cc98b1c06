import type { Decider } from '../../kernel/decider.ts'
import type { AccountKeyEvent } from './events.ts'

type AccountKeyCommand = { type: 'StoreAccountKey'; data: AccountKeyEvent['data'] }

export type AccountKey = AccountKeyEvent['data']

/** The keys that sign tokens for managed accounts, by server UUID, the one stored last at the end. */
export type AccountKeys = Readonly<{ keys: readonly AccountKey[] }>

/** One stream: which key signs is decided over all of them. */
export const accountKeys: Decider<AccountKeyCommand, AccountKeyEvent, AccountKeys> = {
  category: 'accountKeys',
  initial: { keys: [] },

  decide: ({ data }, { keys }) => {
    const current = keys.at(-1)
    const same = current?.serverUuid === data.serverUuid && current.certificatePem === data.certificatePem
    return same ? [] : [{ type: 'AccountKeyStored', data }]
  },

  evolve: ({ keys }, { data }) => ({ keys: [...keys.filter(({ serverUuid }) => serverUuid !== data.serverUuid), data] }),
}

/** The one stream of this kind. */
export const allAccountKeys = 'main'
