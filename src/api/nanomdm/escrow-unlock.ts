import { request } from 'node:https'
import type { PushCredentials } from '../../app/ports.ts'
import { ParseError } from '../../kernel/parse-error.ts'

/** Apple's service that unlocks a device's escrowed activation lock. */
export const appleEscrowUnlock = 'https://deviceservices-external.apple.com/deviceservicesworkers/escrowKeyUnlock'

const named = ['serial', 'productType', 'orgName', 'guid', 'escrowKey'] as const

/** What a caller wants unlocked, and with the push certificate of which topic. Throws `ParseError`: Apple is asked nothing that lacks something. */
export const unlockFormIn = (body: string): Readonly<{ topic: string; form: URLSearchParams }> => {
  const form = new URLSearchParams(body)
  const missing = [...named, 'topic'].filter((field) => (form.get(field) ?? '') === '')
  if (missing.length > 0)
    throw new ParseError(missing[0] ?? '', `The form lacks ${missing.join(', ')} (all in the body, none in the URL).`)
  return { topic: form.get('topic') ?? '', form }
}

export type UnlockReply = Readonly<{ status: number; type: string; body: Buffer }>

const fields = ['serial', 'productType', 'imei', 'imei2', 'meid'] as const
const limitMs = 30_000
const mostBytes = 1024 * 1024

/**
 * Passes an unlock on to Apple with the push certificate as client certificate. `form` is the caller's; only Apple's fields go on.
 * https://developer.apple.com/documentation/devicemanagement/creating-and-using-bypass-codes
 */
export const escrowUnlock = (
  url: string,
  { certificatePem, keyPem }: PushCredentials,
  form: URLSearchParams,
  ca?: string,
): Promise<UnlockReply> =>
  new Promise((resolve, reject) => {
    const target = new URL(url)
    for (const field of fields) {
      const value = form.get(field)
      if (value !== null && value !== '') target.searchParams.set(field, value)
    }
    const body = new URLSearchParams()
    for (const field of ['orgName', 'guid', 'escrowKey']) body.set(field, form.get(field) ?? '')
    const call = request(
      target,
      {
        method: 'POST',
        cert: certificatePem,
        key: keyPem,
        timeout: limitMs,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        ...(ca === undefined ? {} : { ca }),
      },
      (response) => {
        const chunks: Buffer[] = []
        let size = 0
        response.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > mostBytes) call.destroy(new Error('The answer is too long.'))
          else chunks.push(chunk)
        })
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 502,
            type: response.headers['content-type'] ?? 'application/octet-stream',
            body: Buffer.concat(chunks),
          })
        })
      },
    )
    call.on('timeout', () => call.destroy(new Error('There was no answer in time.')))
    call.on('error', reject)
    call.end(body.toString())
  })
