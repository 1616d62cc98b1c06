import { z } from 'zod'
import { number, time } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'
import type { Content } from '../contracts/contract.ts'
import { transferJson } from './transfer-presentation.ts'
import { transferId } from './transfers.ts'

const id = '4f0d6f4e-3f0a-5c0e-8d0b-0c2b1a7f9e11'
const changeSet = '6f5c8a04-0d6b-4a52-9d0c-0f1f6a3a2b51'

export const transfer = component(
  'Transfer',
  z.object({
    id: z.string(),
    change_set: z.string(),
    team_id: number.nullable().describe('Where the hosts go; null is no team.'),
    actor: z.string(),
    requested_at: time,
    ended_at: time.nullable().describe('Null: it is under way.'),
    hosts: number.describe('How many hosts it is about.'),
    done: number.describe('With how many of them it is done.'),
    moved: number.nullable().describe('How many were moved; null, as what follows, while it is under way.'),
    already_there: number.nullable().describe('How many were in the team already.'),
    left: z
      .array(
        z.object({
          because: z.enum(['moved-since', 'elsewhere', 'forgotten', 'team-deleted', 'unknown']),
          reason: z.string(),
          hosts: number,
          host_ids: z.array(number).describe('Some of them, at most 20.'),
        }),
      )
      .nullable()
      .describe('Hosts that were left where they were, and why.'),
  }),
  transferJson,
)

export const aTransfer: z.output<typeof transfer> = {
  ...{ id, change_set: changeSet, team_id: 4, actor: 'Ann', requested_at: '2026-03-02T08:15:00.000Z' },
  ...{ ended_at: '2026-03-02T08:15:41.000Z', hosts: 10_000, done: 10_000, moved: 9998, already_there: 1 },
  left: [
    {
      because: 'moved-since',
      reason: 'They were moved by somebody after this was asked for, and stay where they were moved.',
      ...{ hosts: 1, host_ids: [2318820476108312] },
    },
  ],
}

/** What a change is answered with that moves more hosts than one answer can wait for. */
export const underWay: Content = json(
  z.object({
    transfer: z.string().describe('Its id: see `GET /transfers/:id`.'),
    change_set: z.string().describe('What it is part of: see `GET /change_sets/:id`.'),
    hosts: number.describe('How many hosts are to be moved.'),
  }),
  { transfer: id, change_set: changeSet, hosts: 10_000 },
)

export const transferContracts = tagged('Hosts', {
  'GET /transfers/:id': {
    summary: 'Show how far a transfer of many hosts is',
    description: 'Of one that `POST /hosts/transfer` or the undo of a change set answered with 202.',
    params: { id: transferId.describe('What the change was answered with.') },
    replies: {
      200: json(
        z.object({ transfer }),
        { transfer: aTransfer },
        { transfer: { ...aTransfer, ended_at: null, done: 4000, moved: null, already_there: null, left: null } },
      ),
    },
  },
})
