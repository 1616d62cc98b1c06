import type { App } from '../app/app.ts'
import { profile } from '../domain/profiles/profile.ts'
import { allSecretVariables, secretVariables } from '../domain/secret-variables/secret-variables.ts'
import { profilesWithSecret } from '../projections/profiles.ts'
import type { WorkKind } from './worker.ts'
import { causeOf, done, leaseMs } from './worker.ts'

const page = 200

/** Tells the settings that hold a secret that it has another value. Done again it finds that they know. */
export const renewSettings = (app: App): WorkKind => ({
  name: 'renew-settings',
  batch: 1,
  do: async ([work]) => {
    if (work === undefined) return []
    const name = work.key
    const fingerprint = (await app.load(secretVariables, allSecretVariables)).state[name]?.fingerprint
    if (fingerprint === undefined) return [done(work)]
    for (let after = ''; ;) {
      const rows = await app.read(profilesWithSecret(name, after, page))
      const last = rows.at(-1)
      if (last === undefined) return [done(work)]
      const data = { fingerprints: { [name]: fingerprint } }
      for (const { profile_id } of rows)
        await app.execute(profile, profile_id, { type: 'NoteSecretsChanged', data }, causeOf(work))
      after = last.profile_id
      await app.work.extend([work], leaseMs)
    }
  },
})
