import type { Plan } from '../client/history-json.ts'
import { visible } from './visible.ts'

/** How many hosts are named. */
const mostNamed = 10

/** A plan for people, line by line. */
export const planText = ({ hosts, installs, removals, unchanged, by_reason, sample, warnings }: Plan): readonly string[] => [
  `${counted(hosts, 'host')} would be sent something: ${counted(installs, 'installation')}, ${counted(removals, 'removal')}; ${String(unchanged)} unchanged.`,
  ...by_reason.map(
    (one) =>
      `${one.reason}: ${one.profile_name} (+${String(one.installs)} -${String(one.removals)} on ${counted(one.hosts, 'host')})`,
  ),
  ...sample.slice(0, mostNamed).map(({ name, install, remove }) => {
    const told = [...install.map((one) => `+${one.profile_name}`), ...remove.map((one) => `-${one.profile_name}`)]
    return `${visible(name)}: ${visible(told.join(', '))}`
  }),
  ...(hosts > mostNamed ? [`… and ${counted(hosts - Math.min(sample.length, mostNamed), 'host')} more`] : []),
  ...warnings.map((warning) => `Mind: ${warning}`),
]

const counted = (count: number, word: string): string => `${String(count)} ${word}${count === 1 ? '' : 's'}`
