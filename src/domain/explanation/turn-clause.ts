import type { Recorded } from '../../kernel/event.ts'
import { editBefore, groundText, silenceText } from './grounds.ts'
import { judge, labelsOf } from './judging.ts'
import type { Context } from './telling.ts'
import { tellAbout } from './telling.ts'
import { byWhom, inSentence, moment } from './wording.ts'

/** Why the host is to have it or not, and since which event: a clause. */
export const turnClause = (context: Context): string => {
  const { evidence, names, standing, turns } = context
  const { ground } = judge(standing)
  const turn = turns.at(-1)
  const silence = silenceText(ground, { standing, evidence, names })
  const text = groundText(ground, standing, names)
  if (silence !== null) return `${text}: ${silence}`
  if (ground.kind === 'other-platform' || turn === undefined) return text
  if (ground.kind === 'deleted') return `it was deleted ${atBy(turn.event)}${reasonIn(turn.event, context)}`
  if (ground.kind === 'broken') return `${text} (${deletionsOf(labelsOf(judge(standing)), context)})`
  const edit = editBefore(turn, evidence)
  const what = edit?.type === 'LabelListed' ? 'the list of the label' : 'the label'
  const edited = edit === null ? '' : `, after ${what} ${names.label(edit.id)} was edited ${atBy(edit)}`
  return `${text} since ${turnText(turn.event, context)}${edited}`
}

/** The event that made the difference. */
const turnText = (event: Recorded, context: Context): string => {
  const told = tellAbout(event, context)
  switch (event.type) {
    case 'ProfileUploaded':
      return `it was uploaded ${atBy(event)}`
    case 'ProfileRetargeted':
      return `it was aimed anew ${atBy(event)}`
    default:
      return `${inSentence(told?.sentence ?? event.type)} ${atBy(event)}${reasonIn(event, context)}`
  }
}

const atBy = (event: Recorded): string => `at ${moment(event.at)}${byWhom(event)}`

/** What admins asked for needs no reason beside their name. */
const reasonIn = (event: Recorded, context: Context): string => {
  const why = tellAbout(event, context)?.why ?? null
  return why === null || byWhom(event) !== '' ? '' : ` (${inSentence(why)})`
}

const deletionsOf = (labels: readonly string[], { evidence, names }: Context): string =>
  labels
    .flatMap((label) => {
      const deleted = evidence.labels.get(label)?.findLast(({ type }) => type === 'LabelDeleted')
      return deleted === undefined ? [] : [`${names.label(label)} ${atBy(deleted)}`]
    })
    .join(', ')
