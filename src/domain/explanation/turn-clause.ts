import { editBefore, groundText, silenceText, sinceText } from './grounds.ts'
import { judge } from './judging.ts'
import type { Context } from './telling.ts'
import { tellAbout } from './telling.ts'

/** Why the host is to have it or not, and since which event: a clause. */
export const turnClause = (context: Context): string => {
  const { evidence, names, standing, turns } = context
  const { ground } = judge(standing)
  const turn = turns.at(-1)
  const told = turn === undefined ? null : tellAbout(turn.event, context)
  const silence = silenceText(ground, { standing, evidence, names })
  if (silence !== null) return `${groundText(ground, standing, names)}: ${silence}`
  return `${groundText(ground, standing, names)}${
    turn === undefined || told === null ? '' : ` ${sinceText(turn, told.sentence, editBefore(turn, evidence))}`
  }`
}
