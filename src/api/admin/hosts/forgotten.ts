import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { shownState } from '../../../app/replay.ts'
import { host } from '../../../domain/host/host.ts'
import { streamOf } from '../../../kernel/ids.ts'
import { hostById } from '../../../projections/host-directory.ts'
import { refuse } from '../../errors.ts'
import { bodyOf, numberText, paramOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import type { Handlers } from '../deps.ts'

export const wish = z.object({
  reason: z.string().trim().min(1).max(500),
  confirm: z
    .union([z.string(), z.number()])
    .transform((told) => String(told).trim())
    .describe('The serial number of the host, or its number: what is done cannot be taken back.'),
  force: z.boolean().default(false).describe('Although it is enrolled: its enrollment ends, and its device is cut off.'),
})

/** Forgetting hosts: the key of their secrets is destroyed, and what shows them no longer tells whose they were. */
export const forgettingRoutes = (app: App): Pick<Handlers, 'POST /hosts/:id/forget'> => ({
  'POST /hosts/:id/forget': async (request, response, { cause }) => {
    const hostId = paramOf(numberText, request, 'id')
    const { reason, confirm, force } = bodyOf(wish, request)
    const [row] = await app.read(hostById(hostId))
    if (row === undefined) return refuse(404, 'id', `The host ${hostId} does not exist.`)
    if (confirm !== hostId && row.serial?.toLowerCase() !== confirm.toLowerCase())
      refuse(422, 'confirm', 'This is neither the serial number nor the id of the host.')
    const { state } = await app.load(host, hostId)
    // Other records of the same device tell as much of whose it was.
    const hostIds = [hostId, ...Object.keys(state.merging.absorbed)]
    const command = { type: 'ForgetHost', data: { because: 'asked', reason, force } } as const
    const executed = []
    for (const id of hostIds) executed.push(await app.execute(host, id, command, cause))
    const { since, keyStands } = executed[0]?.state.forgetting ?? { since: null, keyStands: false }
    response.status(202)
    await answer(app, response, executed, () => ({
      host_ids: hostIds.map(Number),
      forgotten_at: since,
      key_destroyed: !keyStands,
    }))
  },
})

/** The revision at which a host was forgotten last; -1: it never was. What stands before it is shown without personal facts. */
export const forgottenRevision = async ({ load, log }: Pick<App, 'load' | 'log'>, hostId: string): Promise<number> => {
  const { state, revision } = await shownState({ load, log }, host, hostId)
  if (state.forgetting.times === 0) return -1
  const page = 500
  for (let from = Math.max(0, revision - page + 1); ; from = Math.max(0, from - page)) {
    const events = await log.readStream(streamOf(host.category, hostId), { from, limit: page })
    const last = events.findLast(({ type }) => type === 'HostForgotten')
    if (last !== undefined || from === 0) return last?.revision ?? -1
  }
}
