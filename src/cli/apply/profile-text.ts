import type { Environment, Escape } from './environment.ts'
import { inserted } from './environment.ts'

/**
 * The bytes of a profile with values of the environment in the places of their variables, each written as the text around it wants it. Throws an
 * error that names what is not there.
 */
export const profileText = (extension: string, contents: Buffer, environment: Environment): Buffer => {
  if (!contents.includes('$')) return contents
  const text = contents.toString('utf8')
  // What is no UTF-8 must not be changed by reading it.
  if (!Buffer.from(text).equals(contents)) return contents
  const problems: string[] = []
  const escape = extension === '.json' ? inJson : inXml(text)
  const whole = inserted(text, environment, { escape, secrets: 'left', complain: (problem) => problems.push(problem) })
  if (problems.length > 0) throw new Error(problems.join(' '))
  return whole === text ? contents : Buffer.from(whole)
}

/** Inside of quotation marks. */
const inJson: Escape = (value) => JSON.stringify(value).slice(1, -1)

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** In CDATA a value stands as it is, but for what would end it. */
const inXml = (text: string): Escape => {
  const sections = [...text.matchAll(/<!\[CDATA\[[^]*?(?:\]\]>|$)/g)].map(
    ({ 0: { length }, index }) => [index, index + length] as const,
  )
  return (value, offset) =>
    sections.some(([from, to]) => offset > from && offset < to)
      ? value.replaceAll(']]>', ']]]]><![CDATA[>')
      : value.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign)
}
