import type { Response } from 'express'
import type { Cause } from '../../../kernel/event.ts'
import { answer, isRehearsed } from '../answer.ts'
import type { AdminDeps } from '../deps.ts'
import type { Move } from './move-hosts.ts'
import { moveHosts } from './move-hosts.ts'

type Deps = Readonly<{ app: AdminDeps['app']; settings: Pick<AdminDeps['settings'], 'hostsAtOnce'> }>

/** Moves hosts and answers: 200 when they are moved, 202 with what to follow when they are going to be. */
export const transferred = async ({ app, settings }: Deps, response: Response, move: Move, cause: Cause): Promise<void> => {
  const { executed, transfer } = await moveHosts(app, move, { cause, atOnce: settings.hostsAtOnce })
  if (transfer === null) return answer(app, response, executed, () => ({}))
  const { correlationId: change_set } = cause
  if (!isRehearsed(response)) response.status(202).location(`/api/v1/fleet/transfers/${transfer}`)
  await answer(app, response, executed, () => ({ transfer, change_set, hosts: move.hostIds.length }))
}
