import type { Evidence } from '../../../domain/explanation/evidence.ts'
import type { Explanation, Link } from '../../../domain/explanation/explanation.ts'
import type { Names } from '../../../domain/explanation/naming.ts'
import { namesIn, streamNameOf } from '../../../domain/explanation/naming.ts'

type Subject = Readonly<{ kind: 'profile' | 'command' | 'missing'; uuid: string }>

/** An explanation in the admin API's words. What events hold besides is left to the histories of their streams. */
export const explanationJson = ({ verdict, name, chain, leftOut }: Explanation, evidence: Evidence, subject: Subject) => {
  const names = namesIn(evidence, subject.uuid)
  const { facts, hardwareId } = evidence.host.state.enrollment
  const called = facts.name ?? facts.serial ?? hardwareId ?? evidence.host.id
  return {
    host_id: Number(evidence.host.id),
    subject: { ...subject, name },
    verdict: verdict.sentence,
    status: verdict.status,
    operation_type: verdict.operation,
    chain: chain.map((link) => linkJson(link, names, called)),
    left_out: leftOut,
  }
}

const linkJson = ({ event, sentence, why }: Link, names: Names, called: string) => ({
  position: event.position,
  at: event.at,
  type: event.type,
  stream: { category: event.category, id: event.id, name: streamNameOf(event, names, called) },
  sentence,
  why,
  actor: event.metadata.actor,
  change_set: event.metadata.$correlationId,
})
