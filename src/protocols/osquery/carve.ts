import { ParseError } from '../../kernel/parse-error.ts'
import { storable } from '../../kernel/text.ts'

/** The announcement of a carve: files of a host, packed and cut into blocks. Sizes in bytes. https://osquery.readthedocs.io/en/stable/deployment/file-carving/ */
export type CarveBegin = Readonly<{ carveId: string; requestId: string; blockCount: number; blockSize: number; size: number }>

/** One block of it, by the session that the announcement was answered with. */
export type CarveBlock = Readonly<{ sessionId: string; requestId: string; block: number; data: Uint8Array }>

/** 1 GiB in blocks of at most 8 MiB. */
const largestCarve = 1024 ** 3
export const largestBlock = 8 * 1024 ** 2
const mostBlocks = 200_000

/** Reads an announcement; numbers may be written as texts. Throws `ParseError` naming the key at fault. */
export const readCarveBegin = (body: unknown): CarveBegin => {
  const message = dict(body)
  const size = number(message, 'carve_size', largestCarve)
  const blockSize = number(message, 'block_size', largestBlock)
  const blockCount = number(message, 'block_count', mostBlocks)
  if (blockCount !== Math.ceil(size / blockSize))
    refuse('block_count', 'block_count is not how many blocks of block_size make carve_size.')
  return { carveId: text(message, 'carve_id'), requestId: text(message, 'request_id'), blockCount, blockSize, size }
}

/** Reads a block. Throws `ParseError`. */
export const readCarveBlock = (body: unknown): CarveBlock => {
  const message = dict(body)
  const { data } = message
  if (typeof data !== 'string' || !/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(data)) return refuse('data', 'data is no base64.')
  const bytes = Buffer.from(data, 'base64')
  if (bytes.length > largestBlock) refuse('data', 'A block has at most 8 MiB.')
  const block = number({ ...message, block_id: plusOne(message['block_id']) }, 'block_id', mostBlocks) - 1
  return { sessionId: text(message, 'session_id'), requestId: text(message, 'request_id'), block, data: bytes }
}

/** Blocks are counted from 0. */
const plusOne = (told: unknown): unknown => (/^\d{1,7}$/.test(String(told)) ? Number(told) + 1 : told)

const number = (message: Readonly<Record<string, unknown>>, key: string, most: number): number => {
  const told = message[key]
  const value = typeof told === 'number' || (typeof told === 'string' && /^\d{1,15}$/.test(told)) ? Number(told) : Number.NaN
  return Number.isInteger(value) && value >= 1 && value <= most
    ? value
    : refuse(key, `${key} is no number from 1 to ${String(most)}.`)
}

const text = (message: Readonly<Record<string, unknown>>, key: string): string => {
  const told = message[key]
  return typeof told === 'string' && told !== '' && told.length <= 255
    ? storable(told, 255)
    : refuse(key, `${key} is missing, empty or longer than 255 characters.`)
}

const dict = (body: unknown): Readonly<Record<string, unknown>> =>
  typeof body === 'object' && body !== null && !Array.isArray(body)
    ? (body as Readonly<Record<string, unknown>>)
    : refuse('body', 'The body is no JSON object.')

const refuse = (field: string, reason: string): never => {
  throw new ParseError(field, reason)
}
