import type { App } from '../../app/app.ts'
import { inParallel } from '../../app/in-parallel.ts'
import type { Inverse } from '../../domain/change-sets/inverses.ts'
import { host } from '../../domain/host/host.ts'
import { label } from '../../domain/labels/label.ts'
import { names } from '../../domain/names/names.ts'
import { noTeam } from '../../domain/teams/events.ts'
import { team } from '../../domain/teams/team.ts'
import type { Cause, Position } from '../../kernel/event.ts'
import { Rejection } from '../../kernel/rejection.ts'
import { hostsThatLost } from '../../projections/change-set-effects.ts'
import { moveHosts } from '../admin/transfers/move-hosts.ts'
import { settingsChanges } from '../admin/profiles/settings-changes.ts'
import { HttpRefusal } from '../errors.ts'
import { openSecrets } from '../secret-variables.ts'
import type { Unmoved } from './gather.ts'

/** What was done, in words; `hosts` is how many it was done to, where that is the point. */
export type Undone = Readonly<{ deed: string; id: string; name: string | null; hosts?: number }>

/** `transfers`: what moves hosts from now on, with the hosts. */
export type Done = Readonly<{
  undone: readonly Undone[]
  cannot: readonly Unmoved[]
  executed: readonly Executed[]
  transfers: readonly Readonly<{ id: string; hostIds: readonly string[] }>[]
}>

type Executed = Readonly<{ position: Position | null }>

/** A rule against it, said by us. */
class Impossible extends Error {}

const atATime = 64

/** Does inverses one after the other, each by the rules of what it changes. Those that a rule forbids are told, and the others are done. */
export const carryOut = async (
  app: App,
  inverses: readonly Inverse[],
  { changeSet, cause, hostsAtOnce }: Readonly<{ changeSet: string; cause: Cause; hostsAtOnce?: number | undefined }>,
): Promise<Done> => {
  const undone: Undone[] = []
  const cannot: Unmoved[] = []
  const executed: Executed[] = []
  const transfers: Done['transfers'][number][] = []
  const move = async (to: string, from: string, hostIds: readonly string[]): Promise<readonly Executed[]> => {
    const moving = await moveHosts(app, { teamId: to, from, hostIds }, { cause, atOnce: hostsAtOnce })
    if (moving.transfer !== null) transfers.push({ id: moving.transfer, hostIds })
    return moving.executed
  }
  const deeds = deedsOf(app, { changeSet, cause, move })
  for (const inverse of inverses) {
    const told = tell(inverse)
    try {
      const done = await (deeds[inverse.deed] as (inverse: Inverse) => Promise<readonly Executed[]>)(inverse)
      executed.push(...done)
      undone.push(told)
    } catch (error) {
      const reason = reasonOf(error)
      if (reason === null) throw error
      cannot.push({
        event: told.deed,
        id: told.id,
        name: told.name,
        reason: inverse.deed === 'cancel-command' ? carried(inverse.kind) : reason,
      })
    }
  }
  return { undone, cannot, executed, transfers }
}

type Deeds = Readonly<{
  [D in Inverse['deed']]: (inverse: Extract<Inverse, { deed: D }>) => Promise<readonly Executed[]>
}>

type Doing = Readonly<{
  changeSet: string
  cause: Cause
  move: (to: string, from: string, hostIds: readonly string[]) => Promise<readonly Executed[]>
}>

const deedsOf = (app: App, { changeSet, cause, move }: Doing): Deeds => {
  const changes = settingsChanges(app)
  const claim = (scope: 'teams' | 'labels', holder: string, name: string) =>
    app.execute(names, scope, { type: 'ClaimNames', data: { holder, names: [comparable(name)] } }, cause)
  const release = (scope: 'teams' | 'labels', holder: string) =>
    app.execute(names, scope, { type: 'ReleaseNames', data: { holder } }, cause)
  const list = (hostIds: readonly string[], labelId: string, listed: boolean) =>
    inParallel(hostIds, atATime, (hostId) => app.execute(host, hostId, { type: 'ListOn', data: { labelId, listed } }, cause))
  const mustBeThere = async (teamId: string): Promise<void> => {
    if (teamId !== noTeam && (await app.load(team, teamId)).state.stage !== 'present')
      throw new Impossible(`The team ${teamId} is gone.`)
  }

  return {
    'restore-team': async ({ id, name, description }) => {
      await claim('teams', id, name)
      return [await app.execute(team, id, { type: 'RestoreTeam', data: { name, description } }, cause)]
    },
    'rename-team': async ({ id, name, description }) => {
      await claim('teams', id, name)
      return [await app.execute(team, id, { type: 'RenameTeam', data: { name, description } }, cause)]
    },
    'delete-team': async ({ id }) => {
      const deleted = await app.execute(team, id, { type: 'DeleteTeam', data: {} }, cause)
      return [deleted, await release('teams', id)]
    },
    'restore-label': async ({ id, name, label: data, listed }) => {
      await claim('labels', id, name)
      // Members first: hosts that were would otherwise lose what is aimed at them, and get it again.
      const lost = await app.read(hostsThatLost(changeSet, id))
      const back = await list(
        lost.map(({ host_id }) => host_id),
        id,
        true,
      )
      const restored = await app.execute(label, id, { type: 'RestoreLabel', data }, cause)
      if (listed.length === 0) return [...back, restored]
      await app.execute(label, id, { type: 'ListHosts', data: { join: listed, leave: [] } }, cause)
      return [...back, restored, ...(await list(listed, id, true))]
    },
    'edit-label': async ({ id, name, definition }) => {
      await claim('labels', id, name)
      return [await app.execute(label, id, { type: 'EditLabel', data: definition }, cause)]
    },
    'list-hosts': async ({ id, join, leave }) => {
      const listed = await app.execute(label, id, { type: 'ListHosts', data: { join, leave } }, cause)
      return [listed, ...(await list(join, id, true)), ...(await list(leave, id, false))]
    },
    'delete-label': async ({ id }) => {
      const deleted = await app.execute(label, id, { type: 'DeleteLabel', data: {} }, cause)
      return [deleted, await release('labels', id)]
    },
    'delete-profile': async ({ id }) => [await changes.remove(id, 'asked', cause)],
    'edit-profile': async ({ id, version, targets }) => {
      const withSecrets = await withSecretsOfToday(app, version)
      return [await changes.revert(id, { ...withSecrets, targets }, cause)]
    },
    'upload-profile': async ({ id, profile }) => {
      await mustBeThere(profile.teamId)
      return [await changes.restore(id, await withSecretsOfToday(app, profile), cause)]
    },
    'move-hosts': async ({ from, to, hostIds }) => {
      await mustBeThere(to)
      return move(to, from, hostIds)
    },
    'cancel-command': async ({ hostId, commandId }) => [
      await app.execute(host, hostId, { type: 'CancelCommand', data: { commandId } }, cause),
    ],
  }
}

/** What is delivered holds the values of today; a secret that is gone stands for nothing. */
const withSecretsOfToday = async <V extends Readonly<{ secrets?: readonly string[] }>>(app: App, version: V): Promise<V> => {
  const { secrets } = version
  if (secrets === undefined) return version
  const { fingerprints } = await openSecrets(app, secrets)
  const missing = secrets.find((name) => fingerprints[name] === undefined)
  if (missing !== undefined) throw new Impossible(`There is no secret named ${missing} any more.`)
  return { ...version, secretFingerprints: fingerprints }
}

const tell = (inverse: Inverse): Undone => {
  if (inverse.deed === 'move-hosts') {
    const [from, to] = [inverse.from, inverse.to].map((id) => (id === noTeam ? 'no team' : `team ${id}`))
    return {
      deed: inverse.deed,
      id: inverse.to,
      name: `from ${String(from)} back to ${String(to)}`,
      hosts: inverse.hostIds.length,
    }
  }
  if (inverse.deed === 'cancel-command') return { deed: inverse.deed, id: inverse.commandId, name: inverse.kind }
  return { deed: inverse.deed, id: inverse.id, name: inverse.name }
}

const carried = (kind: string): string =>
  kind === 'wipe'
    ? 'The command to wipe was handed to the host already; what it wiped cannot be brought back.'
    : `The command (${kind}) was handed to the host already, or is over.`

const reasonOf = (error: unknown): string | null =>
  error instanceof Impossible || error instanceof Rejection || (error instanceof HttpRefusal && error.status < 500)
    ? error.message
    : null

const comparable = (name: string): string => name.normalize('NFC').toLowerCase()
