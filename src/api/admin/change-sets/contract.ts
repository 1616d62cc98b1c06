import { z } from 'zod'
import { changeSetJson, intentJson } from './change-set-presentation.ts'
import { changeSetId, details, listQuery, wish } from './change-sets.ts'
import { number, onlyPage, pageMeta, time } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'
import { transfer } from '../transfers/contract.ts'

const changeSet = component(
  'ChangeSet',
  z.object({
    id: z.string(),
    sentence: z.string().nullable().describe('What was done first.'),
    at: time.describe('When the last of it was done.'),
    actor: z.string(),
    events: number.describe('How many things were done.'),
    kinds: z
      .array(z.string())
      .describe('What they are, in the words of activities; those of profiles without the kind of the profile.'),
    hosts: number.describe('How many hosts it touched.'),
    undone_by: z.string().nullable().describe('The change set that undid it.'),
    undoes: z.string().nullable().describe('The change set that it undid.'),
    in_progress: z
      .object({ done: number, total: number })
      .nullable()
      .describe('With how many hosts what is still under way is done; null: nothing is.'),
  }),
  changeSetJson,
)

const intent = component(
  'Intent',
  z.object({
    position: z.string(),
    at: time,
    event: z.string(),
    type: z.string().describe('As in the `kinds` of the change set.'),
    sentence: z.string(),
    actor: z.string(),
    category: z.string(),
    subject: z.string(),
    host_id: number.nullable(),
  }),
  intentJson,
)

const effects = z
  .object({ hosts: number, installs: number, removals: number, transfers: number, relabelled: number })
  .describe('What it led to on hosts.')

const undone = z.object({ deed: z.string(), id: z.string(), name: z.string().nullable(), hosts: number.optional() })

const unmoved = z.object({ event: z.string(), id: z.string(), name: z.string().nullable(), reason: z.string() })

const ofChangeSet = { id: changeSetId.describe('What was told as `x-change-set`, or the `x-request-id` of the one request.') }

const id = '6f5c8a04-0d6b-4a52-9d0c-0f1f6a3a2b51'
const undo = '0b1f6c5e-4a52-5d0c-8f1f-6a3a2b516f5c'
const wifi = 'a2f9d1c4e-8f5a-5d0e-9a43-6b1c0e5d7f21'

const aRun = {
  ...{ id, sentence: 'The profile Wi-Fi of the team Workstations was deleted.' },
  ...{ at: '2026-03-01T12:00:00.000Z', actor: 'ci', events: 1, kinds: ['deleted_profile'], hosts: 212 },
  ...{ undone_by: null, undoes: null, in_progress: null },
}

const undoing = json(
  z.object({
    change_set: z.string().nullable().describe('The change set that undoes it; null: nothing of it could be undone.'),
    undone: z.array(undone),
    cannot: z.array(unmoved).describe('What cannot be undone, and why.'),
    skipped: z.array(unmoved).describe('What was left as it is, and why; at most 1,000.'),
    transfers: z.array(z.string()).describe('What moves hosts back from now on: see `GET /transfers/:id`.'),
  }),
  {
    change_set: undo,
    undone: [{ deed: 'upload-profile', id: wifi, name: 'Wi-Fi' }],
    ...{ cannot: [], skipped: [], transfers: [] },
  },
)

export const changeSetContracts = tagged('Change sets and undo', {
  'GET /change_sets': {
    summary: 'List change sets, the newest first',
    description: 'What admins did with one intent.',
    query: listQuery,
    replies: {
      200: json(z.object({ change_sets: z.array(changeSet), meta: pageMeta }), { change_sets: [aRun], meta: onlyPage }),
    },
  },
  'GET /change_sets/:id': {
    summary: 'Show what was done in a change set, and what it led to',
    params: ofChangeSet,
    query: details,
    replies: {
      200: json(
        z.object({
          change_set: changeSet.extend({ effects: effects.optional(), transfers: z.array(transfer) }),
          events: z.array(intent),
          meta: pageMeta.extend({ next: z.string().nullable().describe('What `after` of the next page is.') }),
        }),
        {
          change_set: {
            ...aRun,
            effects: { hosts: 212, installs: 0, removals: 212, transfers: 0, relabelled: 0 },
            transfers: [],
          },
          events: [
            {
              ...{ position: '0000000000004711', at: '2026-03-01T12:00:00.000Z', event: 'ProfileDeleted' },
              ...{ type: 'deleted_profile', sentence: 'The profile Wi-Fi of the team Design was deleted.' },
              ...{ actor: 'ci', category: 'profile', subject: wifi, host_id: null },
            },
          ],
          meta: { ...onlyPage, next: null },
        },
      ),
    },
  },
  'POST /change_sets/:id/undo': {
    summary: 'Undo a change set',
    description:
      'By a change set of its own, which can be undone in turn. Answers 409 when it was undone already, while it is still under way, and, without `force`, when others changed the same since. Answers 202 when more than 500 hosts are to be moved back: `transfers` says what to follow.',
    params: ofChangeSet,
    body: json(wish, {}, { force: true }),
    bodyMayMiss: true,
    plansTellAll: true,
    replies: { 200: undoing, 202: undoing },
  },
})
