import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import type { OfType } from '../../kernel/event.ts'
import { reject } from '../rejections.ts'
import type { YaraRuleEvent } from './events.ts'

type Rule = OfType<YaraRuleEvent, 'YaraRuleSet'>['data']

export type YaraRuleCommand = { type: 'SetYaraRule'; data: Rule } | { type: 'DeleteYaraRule'; data: { name: string } }

/** All rules there are, by name; `since` is when each became what it is, ISO 8601. */
export type YaraRules = Readonly<Record<string, Rule & Readonly<{ since: string }>>>

/** More than any agent would be asked for. */
const mostRules = 1000

/** All of them in one stream. */
export const yaraRules: Decider<YaraRuleCommand, YaraRuleEvent, YaraRules> = {
  category: 'yaraRules',
  initial: {},

  decide: decideBy<YaraRuleCommand, YaraRuleEvent, YaraRules>({
    SetYaraRule: ({ data }, now) => {
      if (now[data.name] === undefined && Object.keys(now).length >= mostRules)
        reject('not-supported', `There can be ${String(mostRules)} rules.`, 'name')
      return now[data.name]?.sha256 === data.sha256 ? [] : [{ type: 'YaraRuleSet', data }]
    },
    DeleteYaraRule: ({ data }, now) =>
      now[data.name] === undefined
        ? reject('not-found', `There is no rule named ${data.name}.`, 'name')
        : [{ type: 'YaraRuleDeleted', data }],
  }),

  evolve: evolveBy<YaraRuleEvent, YaraRules>({
    YaraRuleSet: (state, { at, data }) => ({ ...state, [data.name]: { ...data, since: at } }),
    YaraRuleDeleted: (state, { data }) => {
      const { [data.name]: _, ...rest } = state
      return rest
    },
  }),
}

/** The one stream of this kind. */
export const allYaraRules = 'main'
