import { settingsIn } from './profile-delivery.ts'
import { isSameValue } from './same-value.ts'
import { certificateNode, isScep } from './scep-profile.ts'
import { normalLocUri } from './syncml/loc-uris.ts'
import { outcomeOfStatus } from './syncml/status-codes.ts'

/** What a device told of a node: its value, null when there came none with the status. */
export type NodeAnswer = Readonly<{ status: string; data: string | null }>

/** Whether a profile is in force on a device. `unknown`: what it was asked does not tell. */
export type Confirmation = 'there' | 'missing' | 'unknown'

/** The nodes that tell whether a profile is in force; of one that enrolls a certificate, how far that is. */
export const nodesToAsk = (content: string): readonly string[] => {
  const nodes = settingsIn(content).map(({ locUri }) => locUri)
  const asked = nodes.some(isScep) ? nodes.map((node) => `${certificateNode(node)}/Status`) : nodes
  return [...new Map(asked.map((node) => [normalLocUri(node), node])).values()]
}

/**
 * Holds a profile, its variables filled in, against what a device answered, by the normal forms of nodes. Nodes that cannot be read say nothing;
 * `without` are nodes on which another profile has the last word, in normal form. A policy of an ingested template is never there to be read. https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support
 */
export const confirmationOf = (
  content: string,
  answers: ReadonlyMap<string, NodeAnswer>,
  without: ReadonlySet<string> = new Set(),
): Confirmation => {
  const settings = settingsIn(content).filter(({ locUri }) => !without.has(normalLocUri(locUri)))
  if (settings.length === 0 && without.size > 0) return 'there'
  const all = settings.some(({ locUri }) => isScep(locUri))
    ? nodesToAsk(content).map((node) => enrolled(answers.get(normalLocUri(node))))
    : settings.map(({ locUri, format, data }) => {
        const answer = answers.get(normalLocUri(locUri))
        return answer === undefined ? 'unknown' : holds({ locUri, format, data }, answer)
      })
  if (all.includes('missing')) return 'missing'
  return all.includes('there') ? 'there' : 'unknown'
}

const holds = (
  { locUri, format, data }: Readonly<{ locUri: string; format: string | null; data: string }>,
  answer: NodeAnswer,
): Confirmation => {
  if (answer.status === '404') return isIngested(locUri) ? 'unknown' : 'missing'
  if (outcomeOfStatus(answer.status) !== 'done' || answer.data === null) return 'unknown'
  return format === 'node' || isSameValue(format, data, answer.data) ? 'there' : 'missing'
}

const isIngested = (locUri: string): boolean => {
  const node = normalLocUri(locUri)
  return node.includes('/policy/configoperations/admxinstall/') || /\/policy\/config\/[^/]*~/.test(node)
}

/** https://learn.microsoft.com/windows/client-management/mdm/clientcertificateinstall-csp */
const enrolled = (answer: NodeAnswer | undefined): Confirmation => {
  if (answer === undefined) return 'unknown'
  if (answer.status === '404' || answer.data === '16') return 'missing'
  return answer.data === '1' ? 'there' : 'unknown'
}
