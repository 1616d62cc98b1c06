import type { Recorded } from '../../kernel/event.ts'

/** A time for people: to the second, in UTC. */
export const moment = (at: string): string => at.replace(/\.\d+Z$/, 'Z')

/** ` by …` for what a person or an importer did; what machines do needs no name. */
export const byWhom = ({ metadata: { actor } }: Pick<Recorded, 'metadata'>): string =>
  actor.kind === 'admin' || actor.kind === 'importer' ? ` by ${actor.id}` : ''

/** A clause as a sentence. */
export const asSentence = (clause: string): string => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`

/** A sentence as a clause. */
export const inSentence = (sentence: string): string =>
  `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`

/** What a device says keeps its capitals. */
export const withoutStop = (text: string): string => text.replace(/\.$/, '')

/** What hosts run, in its maker's words. */
export const systems: Readonly<Partial<Record<string, string>>> = {
  darwin: 'macOS',
  ios: 'iOS',
  ipados: 'iPadOS',
  windows: 'Windows',
  linux: 'Linux',
}
