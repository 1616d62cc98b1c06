import type { App } from '../../../app/app.ts'
import { inParallel } from '../../../app/in-parallel.ts'
import { allSecretVariables, secretVariables } from '../../../domain/secret-variables/secret-variables.ts'
import type { HostValues } from '../../../domain/settings/host-values.ts'
import type { ProfileRow } from '../../../projections/profiles.ts'
import { settingsWithSecrets } from '../../../projections/profiles.ts'
import { HttpRefusal, refuse } from '../../errors.ts'
import { openSecrets } from '../../secret-variables.ts'
import { mustBeSoundFilled } from '../profiles/read-settings.ts'
import { uploadKindOf } from '../profiles/shown-settings.ts'

type Reads = Pick<App, 'read' | 'load' | 'vault' | 'blobs'>

/** How many settings are looked at in one go, and how many of them at a time. */
const pageSize = 100
const atATime = 4

/**
 * Refuses new values of secrets with which settings that hold them could not be read any more: 422 that names the settings, and not the value.
 * `values` are the new ones, by name.
 */
export const mustFitWhereTheyStand = async (app: Reads, values: HostValues): Promise<void> => {
  const { state } = await app.load(secretVariables, allSecretVariables)
  const replaced = Object.keys(values).filter((name) => Object.hasOwn(state, name))
  if (replaced.length === 0) return
  for (let after = ''; ;) {
    const rows = await app.read(settingsWithSecrets(replaced, after, pageSize))
    await inParallel(rows, atATime, (row) => mustStillRead(app, row, values))
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageSize) return
    after = last.profile_id
  }
}

const mustStillRead = async (app: Reads, row: ProfileRow, changed: HostValues): Promise<void> => {
  const others = await openSecrets(
    app,
    row.secrets.filter((name) => !Object.hasOwn(changed, name)),
  )
  const bytes = await app.blobs.fetch(row.content)
  try {
    mustBeSoundFilled({ kind: uploadKindOf(row), bytes, name: row.name }, { values: { ...others.values, ...changed } })
  } catch (error) {
    if (!(error instanceof HttpRefusal)) throw error
    refuse(422, 'secrets', `The settings ${row.name} could not take this value: ${error.message}`)
  }
}
