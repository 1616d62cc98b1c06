import type { WorkTable } from '../../kernel/work.ts'
import type { SecretVariableEvent } from './events.ts'

/** Settings that hold the secret are delivered again. */
export const work: WorkTable<SecretVariableEvent> = {
  SecretVariableSet: ({ data }) => [{ kind: 'renew-settings', key: data.name }],
}
