import type { WorkTable } from '../../kernel/work.ts'
import type { ProfileEvent } from './events.ts'

/** A change of a team's settings concerns all cohorts of that team; the deleted one gives its names back. */
export const work: WorkTable<ProfileEvent> = {
  ProfileUploaded: ({ data }) => [{ kind: 'reconcile-team', key: data.teamId }],
  ProfileEdited: ({ id }) => [{ kind: 'reconcile-profile', key: id }],
  ProfileRetargeted: ({ id }) => [{ kind: 'reconcile-profile', key: id }],
  ProfileSecretsChanged: ({ id }) => [{ kind: 'reconcile-profile', key: id }],
  ProfileDeleted: ({ id, data }) => [
    { kind: 'reconcile-team', key: data.teamId },
    { kind: 'release-names', key: `profiles_${data.teamId}/${id}` },
  ],
}
