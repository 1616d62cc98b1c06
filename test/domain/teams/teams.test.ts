import assert from 'node:assert/strict'
import { host } from '../../../src/domain/host/host.ts'
import type { TeamEvent } from '../../../src/domain/teams/events.ts'
import { team } from '../../../src/domain/teams/team.ts'
import { work } from '../../../src/domain/teams/work.ts'
import type { OfType, Recorded } from '../../../src/kernel/event.ts'
import { given } from '../../support/given.ts'
import { enrolled } from '../../support/host-stories.ts'

const created: TeamEvent = { type: 'TeamCreated', data: { name: 'Office', description: '' } }
const deleted: TeamEvent = { type: 'TeamDeleted', data: { name: 'Office' } }

describe('a team', () => {
  it('is created under one name', () => {
    given(team, []).when({ type: 'CreateTeam', data: created.data }).then([created])
    given(team, [created])
      .when({ type: 'CreateTeam', data: { name: 'Office', description: '' } })
      .thenRejected('already-exists')
  })

  for (const name of ['Unassigned', 'unassigned', 'No team', 'NO  TEAM', ' All teams ', 'All\u00a0Fleets'])
    it(`cannot be called what means something else than one team: ${name} [case E1]`, () => {
      given(team, [])
        .when({ type: 'CreateTeam', data: { name, description: '' } })
        .thenRejected('name-reserved')
      given(team, [created])
        .when({ type: 'RenameTeam', data: { name, description: '' } })
        .thenRejected('name-reserved')
    })

  it('that was called so before can be described, renamed and brought back', () => {
    const before: TeamEvent = { type: 'TeamCreated', data: { name: 'Unassigned', description: '' } }
    const described = { name: 'Unassigned', description: 'Old' }
    given(team, [before])
      .when({ type: 'RenameTeam', data: described })
      .then([{ type: 'TeamRenamed', data: described }])
    given(team, [before, { type: 'TeamDeleted', data: { name: 'Unassigned' } }])
      .when({ type: 'RestoreTeam', data: before.data })
      .then([before])
  })

  it('is renamed and described anew', () => {
    given(team, [created])
      .when({ type: 'RenameTeam', data: { name: 'Studio', description: 'With a view' } })
      .then([{ type: 'TeamRenamed', data: { name: 'Studio', description: 'With a view' } }])
      .andAgainNothing()
  })

  it('is deleted once, and does not come back', () => {
    given(team, [created]).when({ type: 'DeleteTeam', data: {} }).then([deleted]).andAgainNothing()
    given(team, [created, deleted])
      .when({ type: 'CreateTeam', data: { name: 'Office', description: '' } })
      .thenRejected('already-exists')
    given(team, [created, deleted])
      .when({ type: 'RenameTeam', data: { name: 'Studio', description: '' } })
      .thenRejected('not-found')
  })

  it('is brought back under its own id, where that is asked for', () => {
    given(team, [created, deleted]).when({ type: 'RestoreTeam', data: created.data }).then([created]).andAgainNothing()
    given(team, []).when({ type: 'RestoreTeam', data: created.data }).thenRejected('not-found')
  })

  it('that never was can be neither renamed nor deleted', () => {
    given(team, [])
      .when({ type: 'RenameTeam', data: { name: 'Studio', description: '' } })
      .thenRejected('not-found')
    given(team, []).when({ type: 'DeleteTeam', data: {} }).thenRejected('not-found')
  })

  it('that is deleted is taken apart, and its name given back', () => {
    const event = { ...deleted, id: '7' } as Recorded<OfType<TeamEvent, 'TeamDeleted'>>
    assert.deepEqual(work.TeamDeleted?.(event), [
      { kind: 'dissolve-team', key: '7' },
      { kind: 'release-names', key: 'teams/7' },
    ])
  })
})

describe('the team of a host', () => {
  const move = (teamId: string) => ({ type: 'TransferHost', data: { teamId, because: 'asked' } }) as const
  const moved = (teamId: string, from: string) => ({ type: 'HostTransferred', data: { teamId, from, because: 'asked' } }) as const

  it('changes when an admin asks for it, once', () => {
    given(host, enrolled())
      .when(move('7'))
      .then([moved('7', '0')])
      .andAgainNothing()
      .when(move('0'))
      .then([moved('0', '7')])
  })

  it('is unknown for a host that nobody knows', () => {
    given(host, []).when(move('7')).thenRejected('not-found')
  })

  it('is none when the team is deleted, unless the host has moved on already', () => {
    const dissolve = { type: 'TransferHost', data: { teamId: '0', because: 'team-deleted', from: '7' } } as const
    given(host, [...enrolled(), moved('7', '0')])
      .when(dissolve)
      .then([{ type: 'HostTransferred', data: { teamId: '0', from: '7', because: 'team-deleted' } }])
      .andAgainNothing()
    given(host, [...enrolled(), moved('7', '0'), moved('8', '7')])
      .when(dissolve)
      .thenNothing()
  })
})
