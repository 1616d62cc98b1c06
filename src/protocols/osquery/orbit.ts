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
}>

/** Reads a request to enroll. Throws `ParseError` naming the key at fault. */
export const readOrbitEnroll = (body: unknown): OrbitEnroll => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ParseError('body', 'The body is no JSON object.')
  const message = body as Readonly<Record<string, unknown>>
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
  }
}

const missing = (key: string): never => {
  throw new ParseError(key, `${key} is missing or empty.`)
}
