import type { Sealed } from '../../kernel/content.ts'
import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import type { OfType } from '../../kernel/event.ts'
import { reject } from '../rejections.ts'
import type { SecretVariableEvent } from './events.ts'

export type SecretVariableCommand =
  /** Secrets that have the value already are left alone; those that are not named stay. */
  | { type: 'SetSecretVariables'; data: { secrets: readonly OfType<SecretVariableEvent, 'SecretVariableSet'>['data'][] } }
  /** One that must not be there yet. */
  | { type: 'AddSecretVariable'; data: OfType<SecretVariableEvent, 'SecretVariableSet'>['data'] }
  | { type: 'DeleteSecretVariable'; data: { name: string } }

/** All secrets there are, by name. */
export type SecretVariables = Readonly<Record<string, Readonly<{ sealed: Sealed; fingerprint: string }>>>

/** All of them in one stream: one change sets several or none. */
export const secretVariables: Decider<SecretVariableCommand, SecretVariableEvent, SecretVariables> = {
  category: 'secretVariables',
  initial: {},

  decide: decideBy<SecretVariableCommand, SecretVariableEvent, SecretVariables>({
    SetSecretVariables: ({ data: { secrets } }, now) =>
      secrets
        .filter(({ name, fingerprint }) => now[name]?.fingerprint !== fingerprint)
        .map((data) => ({ type: 'SecretVariableSet', data }) as const),
    AddSecretVariable: ({ data }, now) =>
      now[data.name] === undefined
        ? [{ type: 'SecretVariableSet', data }]
        : reject('name-taken', `There is a secret named ${data.name} already.`, 'name'),
    DeleteSecretVariable: ({ data }, now) =>
      now[data.name] === undefined
        ? reject('not-found', `There is no secret named ${data.name}.`, 'name')
        : [{ type: 'SecretVariableDeleted', data }],
  }),

  evolve: evolveBy<SecretVariableEvent, SecretVariables>({
    SecretVariableSet: (state, { data: { name, sealed, fingerprint } }) => ({ ...state, [name]: { sealed, fingerprint } }),
    SecretVariableDeleted: (state, { data }) => {
      const { [data.name]: _, ...rest } = state
      return rest
    },
  }),
}

/** The one stream of this kind. */
export const allSecretVariables = 'main'
