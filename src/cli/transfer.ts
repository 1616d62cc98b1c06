import { setTimeout as pause } from 'node:timers/promises'
import type { Transfer, TransferUnderWay } from '../client/history-json.ts'
import type { MusterClient } from '../client/muster-client.ts'
import type { Answer } from './asking.ts'
import { findHost } from './history.ts'
import { progressBar } from './progress.ts'

const lookAgainMs = 500
/** Without any progress for so long, it is left to go on by itself. */
const patienceMs = 120_000

/** Moves hosts to a team, or to none (null). Many are moved after the server answered: these are followed, unless `wait` is false. */
export const transferHosts = async (
  client: MusterClient,
  called: readonly string[],
  { team, wait }: Readonly<{ team: number | null; wait: boolean }>,
): Promise<Answer> => {
  const found = await Promise.all(called.map((name) => findHost(client, name)))
  const ids = [...new Set(found.map(({ id }) => id))]
  const underWay = await client.hosts.transfer(ids, team)
  if (underWay === null) return [{ hosts: ids }, `${String(ids.length)} hosts were moved.`]
  if (!wait) return [underWay, goesOn(underWay)]
  const transfer = await followed(client, underWay.transfer)
  return transfer.ended_at === null
    ? [transfer, `${String(transfer.done)} of ${goesOn(underWay)}`]
    : [transfer, whatBecame(transfer).join('\n')]
}

/** What became of a transfer, or how far it is, line by line. */
export const whatBecame = ({ hosts, done, moved, already_there, left }: Transfer): readonly string[] =>
  moved === null
    ? [`${String(done)} of ${String(hosts)} hosts are done with; it goes on.`]
    : [
        `${String(moved)} hosts were moved${already_there === null || already_there === 0 ? '' : `, ${String(already_there)} were there already`}.`,
        ...(left ?? []).map(
          ({ reason, hosts: count, host_ids }) =>
            `! ${String(count)} were not: ${reason} Such as ${host_ids.slice(0, 5).join(', ')}.`,
        ),
      ]

const goesOn = ({ hosts, change_set }: TransferUnderWay): string =>
  `${String(hosts)} hosts are being moved; \`muster changes ${change_set}\` tells how far it is.`

/** Shows how far it is until it has ended, or stands still. */
const followed = async (client: MusterClient, id: string): Promise<Transfer> => {
  const bar = progressBar('Moving')
  try {
    let known = -1
    let since = Date.now()
    for (;;) {
      const transfer = await client.hosts.transferState(id)
      bar.show({ done: transfer.done, total: transfer.hosts, note: '' })
      if (transfer.ended_at !== null || Date.now() - since > patienceMs) return transfer
      if (transfer.done !== known) since = Date.now()
      known = transfer.done
      await pause(lookAgainMs)
    }
  } finally {
    bar.stop()
  }
}
