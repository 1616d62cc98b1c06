/** A secret encrypted for one owner, as it may stand in an event: AES-256-GCM, base64url parts. */
export type Sealed = Readonly<{ keyId: string; nonce: string; sealed: string }>

/** Bytes in an event: compressed and inline (base64), or by reference to a chunk stream when an event could not hold them. */
export type Content = Readonly<{ gzip: string }> | Readonly<{ blob: string }>

/** Private bytes in an event: sealed inline, or sealed in a chunk stream. */
export type SealedContent = Sealed | Readonly<{ blob: string }>
