import { createPrivateKey, createPublicKey } from 'node:crypto'
import { derItemsOf, derTag, readDer } from '../../src/protocols/der.ts'
import { asciiValue, octetsValue } from '../../src/protocols/scep/attributes.ts'
import { createSigner, writePkcsReq } from '../../src/protocols/scep/client.ts'
import { writeEnvelopedData } from '../../src/protocols/scep/enveloped-data.ts'
import { writeSignedData } from '../../src/protocols/scep/signed-data.ts'
import { signStructure } from '../../src/protocols/x509/signing.ts'
import type { Random } from '../../src/simulators/random.ts'
import { readCast } from './cast.ts'
import { mutatedDer } from './mutate-der.ts'
import { mutated } from './mutate.ts'

const { messages, rsa } = readCast()
const keyPair = { publicKey: createPublicKey(rsa.keyPem), privateKey: createPrivateKey(rsa.keyPem) }
const signer = createSigner({ keyPair, now: new Date('2026-06-01T00:00:00Z') })
const requests = [
  messages.pkcsReq,
  messages.pkcsReqAes128,
  messages.pkcsReqDes3,
  messages.pkcsReqEc,
  messages.renewalReq,
] as const
const questions = [messages.certPoll, messages.getCert, messages.getCrl, messages.certRep, messages.caCertificates] as const
const all = [...requests, ...questions, messages.csrRsa, messages.csrEc]

/** A message of any type with something wrong in it. */
export const oddMessage = (luck: Random): Uint8Array => changed(luck.pick([...requests, ...requests, ...questions]), luck)

/** A PKCS #10 request with something wrong in it. */
export const oddRequest = (luck: Random): Uint8Array =>
  luck.chance(0.15) ? resignedRequest(luck) : changed(luck.pick([messages.csrRsa, messages.csrEc]), luck)

/** A good message to this authority with something wrong deep inside. */
export const oddInside = (authorityDer: Uint8Array, luck: Random): Uint8Array => {
  if (luck.chance(0.4))
    return aroundEnvelope(changed(writeEnvelopedData(messages.csrRsa, authorityDer, 'aes-128-cbc'), luck), luck)
  return writePkcsReq({
    csrDer: luck.chance(0.5) ? resignedRequest(luck) : changed(messages.csrRsa, luck),
    caCertificateDer: authorityDer,
    signer,
    contentAlgorithm: luck.pick(['aes-256-cbc', 'aes-128-cbc', 'des-ede3-cbc']),
    messageType: luck.pick(['PKCSReq', 'RenewalReq']),
  }).message
}

/**
 * The message of a GET as clients write it: either alphabet, padded or not, in lines, percent-encoded once too often; and now and then as none
 * would.
 */
export const oddGetMessage = (luck: Random): Uint8Array => mutated(inGet(luck.pick(requests), luck), luck)

const changed = (bytes: Uint8Array, luck: Random): Uint8Array =>
  luck.chance(0.4) ? mutated(bytes, luck, all) : mutatedDer(bytes, luck, all)

/** A request with odd content and a signature that is right. */
const resignedRequest = (luck: Random): Uint8Array => {
  const [info] = derItemsOf(readDer(messages.csrRsa), derTag.sequence, 'The request')
  return signStructure(mutatedDer(info?.whole ?? new Uint8Array(), luck, all), keyPair.privateKey)
}

/** A message with an odd envelope and a signature that is right. */
const aroundEnvelope = (content: Uint8Array, luck: Random): Uint8Array =>
  writeSignedData({
    content,
    attributes: [
      ['messageType', asciiValue(luck.pick(['19', '19', '17', '20', '', '99999', '-1']))],
      ['transactionId', asciiValue(luck.pick(['T-1', '', 'ü', 'x'.repeat(300)]))],
      ['senderNonce', octetsValue(luck.bytes(luck.pick([16, 16, 0, 65])))],
    ],
    certificateDer: signer.certificateDer,
    key: signer.privateKey,
  })

const inGet = (message: Uint8Array, luck: Random): Uint8Array => {
  const text = Buffer.from(message).toString(luck.chance(0.5) ? 'base64' : 'base64url')
  const odd = luck.below(4)
  if (odd === 0) return Buffer.from(text.replaceAll('+', ' '))
  if (odd === 1) return Buffer.from(text.replaceAll(/.{64}/g, '$&\r\n'))
  return Buffer.from(odd === 2 ? encodeURIComponent(text) : text)
}
