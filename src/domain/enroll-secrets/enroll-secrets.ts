import type { Sealed } from '../../kernel/content.ts'
import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import { reject } from '../rejections.ts'
import type { EnrollSecretEvent } from './events.ts'

export type EnrollSecretCommand =
  /** The team shall have these secrets and no others. */
  | {
      type: 'SetEnrollSecrets'
      data: { teamId: string; secrets: readonly Readonly<{ hash: string; sealed: Sealed }>[]; because: 'asked' | 'team-deleted' }
    }
  | { type: 'ShowEnrollSecrets'; data: { teamId: string } }

export type EnrollSecret = Readonly<{ teamId: string; sealed: Sealed; createdAt: string }>

/** All secrets there are, by hash. */
export type EnrollSecrets = Readonly<Record<string, EnrollSecret>>

/** The secrets of all teams in one stream, because a secret must lead to one team only. */
export const enrollSecrets: Decider<EnrollSecretCommand, EnrollSecretEvent, EnrollSecrets> = {
  category: 'enrollSecrets',
  initial: {},

  decide: decideBy<EnrollSecretCommand, EnrollSecretEvent, EnrollSecrets>({
    SetEnrollSecrets: ({ data: { teamId, secrets, because } }, now) => {
      const wanted = new Map(secrets.map((secret) => [secret.hash, secret.sealed]))
      mustBeFree(now, teamId, [...wanted.keys()])
      return [
        ...[...wanted]
          .filter(([hash]) => now[hash] === undefined)
          .map(([hash, sealed]) => ({ type: 'EnrollSecretAdded', data: { teamId, hash, sealed } }) as const),
        ...secretsOf(now, teamId)
          .filter(([hash]) => !wanted.has(hash))
          .map(([hash]) => ({ type: 'EnrollSecretRemoved', data: { teamId, hash, because } }) as const),
      ]
    },
    ShowEnrollSecrets: ({ data: { teamId } }, now) => {
      const count = secretsOf(now, teamId).length
      return count === 0 ? [] : [{ type: 'EnrollSecretsShown', data: { teamId, count } }]
    },
  }),

  evolve: evolveBy<EnrollSecretEvent, EnrollSecrets>({
    EnrollSecretAdded: (state, { at, data: { teamId, hash, sealed } }) => ({
      ...state,
      [hash]: { teamId, sealed, createdAt: at },
    }),
    EnrollSecretRemoved: (state, { data }) => {
      const { [data.hash]: _, ...rest } = state
      return rest
    },
    EnrollSecretsShown: (state) => state,
  }),
}

/** Rejects secrets that another team has. */
export const mustBeFree = (now: EnrollSecrets, teamId: string, hashes: readonly string[]): void => {
  if (hashes.some((hash) => now[hash] !== undefined && now[hash].teamId !== teamId))
    reject('already-exists', 'One of these secrets belongs to another team.', 'secrets')
}

/** The one stream of this kind. */
export const allEnrollSecrets = 'main'

/** A team's secrets with their hashes, the oldest first. */
export const secretsOf = (now: EnrollSecrets, teamId: string): readonly (readonly [hash: string, secret: EnrollSecret])[] =>
  Object.entries(now)
    .filter(([, secret]) => secret.teamId === teamId)
    .toSorted(([, one], [, other]) => (one.createdAt < other.createdAt ? -1 : 1))
