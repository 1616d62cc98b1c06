import type { Content } from '../../kernel/content.ts'

/** Rules by which agents look for files, by name; agents fetch them when a query names them. */
export type YaraRuleEvent =
  /** `sha256` of the text, lower-case hex. */
  | { type: 'YaraRuleSet'; data: { name: string; sha256: string; size: number; content: Content } }
  | { type: 'YaraRuleDeleted'; data: { name: string } }
