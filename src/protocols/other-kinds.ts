/**
 * What bytes are that are no settings as they stand, and what to do about it: how people's editors and tools keep a profile or a declaration. Ends
 * a sentence that began with "… is". Null for what looks like none of these.
 */
export const otherKindOf = (bytes: Uint8Array): string | null => {
  const start = Buffer.from(bytes.subarray(0, 512)).toString('latin1')
  const known = otherKinds.find(([pattern]) => pattern.test(start))?.[1]
  if (known !== undefined) return known
  return blank.test(start) && blank.test(Buffer.from(bytes).toString('latin1')) ? 'empty.' : null
}

/** Told of the whole: its beginning may be no more than a wide margin. */
const blank = /^(?:\xef\xbb\xbf)?\s*$/

const otherKinds: readonly (readonly [RegExp, string])[] = [
  [/^(?:\xff\xfe\0\0|\0\0\xfe\xff|[<{]\0\0\0|\0\0\0[<{])/, 'text in UTF-32: save it in UTF-8.'],
  [/^(?:\xff\xfe|\xfe\xff|[<{]\0|\0[<{])/, 'text in UTF-16: save it in UTF-8, as iconv -f UTF-16 -t UTF-8 does.'],
  [/^bplist/, 'a binary property list: make it XML, as plutil -convert xml1 does.'],
  [
    /^(?:\xef\xbb\xbf)?\s*-----BEGIN (?:PKCS7|CMS|PKCS #7 SIGNED DATA)-----/,
    'signed in PEM, and devices take DER: openssl pkcs7 -inform PEM -outform DER makes it that.',
  ],
  [/^(?:\xef\xbb\xbf)?\s*-----BEGIN /, 'a key or a certificate in PEM, and no settings.'],
  [
    /^(?:MIME-Version|Content-Type):/i,
    'an S/MIME message, and devices take DER: openssl smime -pk7out, then openssl pkcs7 -outform DER.',
  ],
  [/^PK\x03\x04/, 'a ZIP archive: unpack it first.'],
  [/^\x1f\x8b/, 'packed with gzip: unpack it first.'],
  [/^xar!/, 'an installer package, and no settings.'],
  [/^\{\\rtf/, 'a document in rich text: save it as plain text.'],
  [/^(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+)?html/i, 'an HTML page: what was downloaded may be a sign-in page, and no settings.'],
]
