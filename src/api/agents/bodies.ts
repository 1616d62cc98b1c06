import type { Request } from 'express'
import { ParseError } from '../../kernel/parse-error.ts'
import { topLevelTexts } from '../../protocols/osquery/top-level-texts.ts'
import { BodyRefused, tooLarge, unpacked } from '../bodies.ts'
import { refuse } from '../errors.ts'

/** A body whose sender is not trusted yet: the texts that tell who it is, and the bytes; null: more than were to be kept. */
export type AgentBody = Readonly<{ texts: Readonly<Record<string, string>>; bytes: Buffer | null }>

/** `kept` bytes are kept, `read` bytes at most are read, both counted after unpacking; `texts` are to be found among them. */
export type BodyLimits = Readonly<{ kept: number; read: number; texts: readonly string[] }>

/** Beyond so many bytes a body is large. */
const large = 8 * 1024 * 1024
/** So many large bodies are read at the same time: whoever comes next comes again. */
const mostLarge = 4

/**
 * Reads bodies of agents without making sense of them: nothing is parsed before it is known who speaks, and what is not to be kept is let go of while
 * it comes. Throws `BodyRefused`, `HttpRefusal` (503 when many large bodies come at once), and `ParseError` for what is no JSON object.
 */
export const agentBodies = () => {
  let reading = 0

  return async (request: Request, { kept, read, texts }: BodyLimits): Promise<AgentBody> => {
    const scan = topLevelTexts(texts)
    const stream = unpacked(request)
    let parts: Buffer[] | null = []
    let [size, isLarge] = [0, false]
    try {
      // Whoever is refused is to hear why: the connection is kept.
      for await (const part of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        size += part.length
        if (size > read) throw tooLarge(read)
        if (size > large && !isLarge) {
          if (reading >= mostLarge)
            return refuse(503, 'base', 'Many large bodies come at the same time; this one is to come again.')
          isLarge = true
          reading++
        }
        scan.push(part)
        if (size <= kept) parts?.push(part)
        else parts = null
      }
    } catch (error) {
      // The rest is let go of: a sender hears the answer only when it is through.
      request.unpipe()
      request.resume()
      throw cutShort(error) ?? error
    } finally {
      if (isLarge) reading--
      if (stream !== request) stream.destroy()
    }
    scan.end()
    return { texts: scan.found(), bytes: parts === null ? null : Buffer.concat(parts) }
  }
}

/** What a broken body is to its sender; null for any other error. */
const cutShort = (error: unknown): BodyRefused | null => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code.startsWith('Z_')) return new BodyRefused(400, 'The body is not packed as its header says.')
  return code === 'ECONNRESET' ? new BodyRefused(400, 'The request ended before its body did.') : null
}

/** JSON of bytes that are trusted by now. Throws `ParseError`. */
export const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown
  } catch {
    throw new ParseError('body', 'The body is no well-formed JSON.')
  }
}
