import type { App } from '../app/app.ts'
import { label } from '../domain/labels/label.ts'
import { names } from '../domain/names/names.ts'
import { profile } from '../domain/profiles/profile.ts'
import { server, theServer } from '../domain/server/server.ts'
import { team } from '../domain/teams/team.ts'
import { user } from '../domain/users/user.ts'
import type { ClaimedWork } from '../app/operational-ports.ts'
import type { WorkKind } from './worker.ts'
import { causeOf, done } from './worker.ts'

/** Gives names back whose holder never came to be (its request died between two steps) or is gone. The key is `scope/holder`. */
export const releaseNames = (app: App): WorkKind => ({
  name: 'release-names',
  batch: 20,
  do: async (work) => {
    for (const row of work) await release(app, row)
    return work.map(done)
  },
})

const release = async (app: App, row: ClaimedWork): Promise<void> => {
  const [scope = '', holder = ''] = row.key.split('/')
  if ((await stageOf(app, scope, holder)) !== 'present')
    await app.execute(names, scope, { type: 'ReleaseNames', data: { holder } }, causeOf(row))
}

const stageOf = async ({ load }: App, scope: string, holder: string): Promise<string> => {
  if (scope === 'users' && isTokenHash(holder))
    return (await load(server, theServer)).state.tokens[holder] === undefined ? 'gone' : 'present'
  if (scope === 'users') return ['active', 'disabled'].includes((await load(user, holder)).state.stage) ? 'present' : 'gone'
  if (scope === 'teams') return (await load(team, holder)).state.stage
  return scope === 'labels' ? (await load(label, holder)).state.stage : (await load(profile, holder)).state.stage
}

/** Tokens and users share one scope of names: events name both as their actors. */
const isTokenHash = (holder: string): boolean => /^[0-9a-f]{64}$/.test(holder)
