import type { Plan, TransferUnderWay } from '../../client/history-json.ts'
import type { Label, NewLabel, Team } from '../../client/json.ts'
import { call } from './http.ts'
import { useReading } from './reading.ts'
import { useWriting } from './writing.ts'

export type DefinedLabel = Label & Readonly<{ updated_at?: string }>

export const useTeams = () => useReading<Readonly<{ teams: readonly Team[] }>>({ key: ['teams', 'list'], path: '/teams' })

export const useLabels = () =>
  useReading<Readonly<{ labels: readonly DefinedLabel[] }>>({ key: ['labels', 'list'], path: '/labels' })

export const useNewTeam = () =>
  useWriting<Readonly<{ name: string; description: string }>>({
    write: (team) => call('POST', '/teams', { json: team }),
    done: (_, { name }) => `The team ${name} was made.`,
  })

export const useTeamChange = () =>
  useWriting<Readonly<{ id: number; name: string; description: string }>>({
    write: ({ id, ...team }) => call('PATCH', `/teams/${String(id)}`, { json: team }),
    done: (_, { name }) => `The team is called ${name}.`,
  })

export const useTeamRemoval = () =>
  useWriting<number>({ write: (id) => call('DELETE', `/teams/${String(id)}`), done: () => 'The team is dissolved.' })

export const useNewLabel = () =>
  useWriting<NewLabel>({
    write: (label) => call('POST', '/labels', { json: label }),
    done: (_, { name }) => `The label ${name} was made.`,
  })

export const useLabelChange = () =>
  useWriting<Partial<NewLabel> & Readonly<{ id: number }>>({
    write: ({ id, ...label }) => call('PATCH', `/labels/${String(id)}`, { json: label }),
    done: () => 'The label was changed.',
  })

export const useLabelRemoval = () =>
  useWriting<number>({ write: (id) => call('DELETE', `/labels/id/${String(id)}`), done: () => 'The label was deleted.' })

export type Transfer = Readonly<{ team_id: number | null; hosts: readonly number[] }>

export const planTransfer = (transfer: Transfer): Promise<Readonly<{ plan: Plan }>> =>
  call('POST', '/hosts/transfer', { json: transfer, query: { plan: true } })

export const useTransfer = () =>
  useWriting<Transfer, Partial<TransferUnderWay>>({
    write: (transfer) => call('POST', '/hosts/transfer', { json: transfer }),
    done: ({ transfer }, { hosts }) => {
      if (transfer !== undefined) return `${String(hosts.length)} hosts are being moved; the change set shows how far they are.`
      return hosts.length === 1 ? 'The host was moved.' : `${String(hosts.length)} hosts were moved.`
    },
  })
