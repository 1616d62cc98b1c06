import type { Request, RequestHandler } from 'express'
import type { X509Certificate } from 'node:crypto'
import { raw } from 'express'
import { ParseError } from '../../kernel/parse-error.ts'
import type { MachineInfo } from '../../protocols/apple/machine-info.ts'
import { readMachineInfo } from '../../protocols/apple/machine-info.ts'
import { leadsTo, verifyAttached } from '../../protocols/cms/verify-attached.ts'

/** What a device sends has a few KB with all its certificates. */
const bodyLimit = 64 * 1024

/** Reads the body as bytes, whatever it says it is. */
export const readBytes: RequestHandler = raw({ type: () => true, limit: bodyLimit })

/**
 * What a device that is not enrolled yet tells of itself: a property list in a CMS signature. The signature must be right; where `anchors` are
 * given, its certificate must lead to one of them. Either way a device can claim another's serial number: this finds hosts, it opens nothing.
 * Throws `ParseError`.
 */
export const arrivingDevice = (request: Request, anchors: readonly X509Certificate[]): MachineInfo => {
  const signed = verifyAttached(request.body instanceof Uint8Array ? request.body : Buffer.alloc(0))
  if (anchors.length > 0 && !leadsTo(anchors, signed))
    throw new ParseError('signature', 'The signature is not that of a device: its certificate leads to no known authority.')
  return readMachineInfo(signed.content)
}
