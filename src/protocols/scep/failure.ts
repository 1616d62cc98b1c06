/** Why a transaction is refused, as RFC 8894 §3.2.1.4.5 numbers it. */
export const failInfos = { badAlg: 0, badMessageCheck: 1, badRequest: 2, badTime: 3, badCertId: 4 } as const

export type FailInfo = keyof typeof failInfos

/** What a reply needs to reach its request. */
export type Transaction = Readonly<{ transactionId: string; senderNonce: Uint8Array }>

/**
 * A request that is understood well enough to be refused in SCEP's own words: answer it with `writeCertRep({ authority, request: failure,
 * result: failure })` and HTTP 200. The message shows no secret.
 */
export class ScepFailure extends Error {
  override readonly name = 'ScepFailure'
  readonly failInfo: FailInfo
  readonly text: string
  readonly transactionId: string
  readonly senderNonce: Uint8Array

  constructor(failInfo: FailInfo, text: string, { transactionId, senderNonce }: Transaction) {
    super(text)
    this.failInfo = failInfo
    this.text = text
    this.transactionId = transactionId
    this.senderNonce = senderNonce
  }
}

/** Makes failures of one transaction. */
export type Fail = (failInfo: FailInfo, text: string) => ScepFailure
