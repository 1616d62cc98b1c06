import { signDetached } from '../../protocols/cms/sign.ts'
import type { PlistDict } from '../../protocols/plist/value.ts'
import { writePlist } from '../../protocols/plist/write.ts'
import type { MdmSettings } from './enrollment.ts'
import { DeviceFailure } from './failure.ts'
import type { Identity } from './identity.ts'
import type { DeviceReply, Network } from './network.ts'

/** How a device proves itself: by signing each message in a header, or by its certificate in the TLS handshake. */
export type Signing = 'mdm-signature' | 'client-certificate'

/** A device's way to its server. Both answer the reply's body, and throw `DeviceFailure` when there is none to be had. */
export type Channel = Readonly<{
  checkIn: (message: PlistDict) => Promise<Buffer>
  report: (message: PlistDict) => Promise<Buffer>
  /** A check-in that is tried once only. */
  lastWord: (message: PlistDict) => Promise<Buffer>
}>

export type ChannelOptions = Readonly<{ network: Network; settings: MdmSettings; identity: Identity; signing: Signing }>

export const openChannel = ({ network, settings, identity, signing }: ChannelOptions): Channel => {
  const put = async (url: string, contentType: string, message: PlistDict, tries?: number): Promise<Buffer> => {
    const body = Buffer.from(writePlist(message))
    const signed = signing === 'mdm-signature'
    const reply = await network.send({
      method: 'PUT',
      url,
      body,
      ...(tries === undefined ? {} : { tries }),
      headers: { 'content-type': contentType, ...(signed ? { 'mdm-signature': signatureOf(body, identity) } : {}) },
      ...(signed ? {} : { identity }),
    })
    return bodyOf(reply)
  }
  const checkInUrl = settings.checkInUrl ?? settings.serverUrl
  return {
    checkIn: (message) => put(checkInUrl, checkInType, message),
    report: (message) => put(settings.serverUrl, 'application/x-apple-aspen-mdm; charset=UTF-8', message),
    lastWord: (message) => put(checkInUrl, checkInType, message, 1),
  }
}

const checkInType = 'application/x-apple-aspen-mdm-checkin'

const signatureOf = (body: Uint8Array, identity: Identity): string => Buffer.from(signDetached(body, identity)).toString('base64')

const bodyOf = ({ status, headers, body }: DeviceReply): Buffer => {
  if (status === 200) return body
  const text = body.toString('utf8', 0, 500)
  if (status === 401 || (status === 403 && isUnrecognized(text, headers['content-type'])))
    throw new DeviceFailure('unenrolled', `The server ended the management with ${String(status)}.`, { status })
  throw new DeviceFailure('refused', `The server answered ${String(status)}: ${text}`, { status })
}

/** A 403 counts only with Apple's error code in its body, and the content type that goes with it. */
const isUnrecognized = (text: string, contentType = ''): boolean =>
  /^application\/(json|xml)\b/.test(contentType) && text.includes('com.apple.unrecognized.device')
