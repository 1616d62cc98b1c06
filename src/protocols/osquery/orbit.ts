import { ParseError } from '../../kernel/parse-error.ts'
import { storable } from '../../kernel/text.ts'

/** What orbit says of its host when it enrolls; null where it says nothing. */
export type OrbitEnroll = Readonly<{
  secret: string
  uuid: string | null
  serial: string | null
  name: string | null
  model: string | null
  platform: string | null
  /** By what its osquery calls the machine, where that is not the hardware id. */
  osqueryIdentifier: string | null
}>

/** What came of a script; `exitCode` null: it was never run to its end. */
export type ScriptResult = Readonly<{ executionId: string; output: string; exitCode: number | null; timedOut: boolean }>

/** The end of a script's output is what tells: longer ones lose their beginning. */
const mostOutput = 10_000

/** Reads which script is asked for, or answered for. Throws `ParseError`. */
export const readExecutionId = (body: unknown): string => {
  const value = messageIn(body)['execution_id']
  return typeof value === 'string' && value !== '' && value.length <= 64 ? value : missing('execution_id')
}

/** Reads the result of a script. Throws `ParseError` naming the key at fault. */
export const readScriptResult = (body: unknown): ScriptResult => {
  const message = messageIn(body)
  const { output = '', exit_code: exitCode, timeout = false } = message
  if (typeof output !== 'string') throw new ParseError('output', 'output is no text.')
  if (exitCode !== null && (typeof exitCode !== 'number' || !Number.isSafeInteger(exitCode)))
    throw new ParseError('exit_code', 'exit_code is no whole number.')
  const told = storable(output.slice(-mostOutput), mostOutput)
  return { executionId: readExecutionId(body), output: told, exitCode, timedOut: timeout === true || exitCode === -1 }
}

/** Reads a request to enroll. Throws `ParseError` naming the key at fault. */
export const readOrbitEnroll = (body: unknown): OrbitEnroll => {
  const message = messageIn(body)
  const of = (key: string): string | null => {
    const value = message[key]
    return typeof value === 'string' && value !== '' ? storable(value, 255) : null
  }
  const serial = of('hardware_serial')
  return {
    secret: of('enroll_secret') ?? missing('enroll_secret'),
    uuid: of('hardware_uuid'),
    serial: serial === '-1' ? null : serial,
    name: of('computer_name') ?? of('hostname'),
    model: of('hardware_model'),
    platform: of('platform'),
    osqueryIdentifier: of('osquery_identifier'),
  }
}

const messageIn = (body: unknown): Readonly<Record<string, unknown>> => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ParseError('body', 'The body is no JSON object.')
  return body as Readonly<Record<string, unknown>>
}

const missing = (key: string): never => {
  throw new ParseError(key, `${key} is missing or empty.`)
}
