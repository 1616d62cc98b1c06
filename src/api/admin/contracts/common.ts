import { z } from 'zod'
import { numberText } from '../../parsing.ts'
import type { Content } from './contract.ts'
import { component, json } from './contract.ts'

/** ISO 8601, in UTC. */
export const time = z.iso.datetime()

/** The number of a host, a team, a label. */
export const number = z.int().min(0)

/** What a list says of what lies around the page. */
export const pageMeta = component('PageMeta', z.object({ has_next_results: z.boolean(), has_previous_results: z.boolean() }))

export const onlyPage = { has_next_results: false, has_previous_results: false }

/** Done, and nothing to tell. */
export const done: Content = json(z.object({}), {})

/** The command that was queued. */
export const commandQueued: Content = json(z.object({ command_uuid: z.string() }), {
  command_uuid: '6f5c8a04-0d6b-4a52-9d0c-0f1f6a3a2b51',
})

export const ofHost = { id: numberText.describe("The host's number.") }
export const ofTeam = { id: numberText.describe("The team's number.") }

/** Who did it. */
export const actor = z.object({
  kind: z.enum(['admin', 'device', 'agent', 'worker', 'importer', 'server']),
  id: z.string(),
})
