import { randomUUID } from 'node:crypto'

export type FormFile = Readonly<{ field: string; name: string; bytes: Uint8Array }>

/** A body of `multipart/form-data` (RFC 7578) and its content type. */
export const multipart = (
  fields: Readonly<Record<string, string | readonly string[]>>,
  file: FormFile,
): Readonly<{ contentType: string; body: Uint8Array }> => {
  const boundary = `muster-${randomUUID()}`
  const parts = [
    ...Object.entries(fields).flatMap(([name, values]) =>
      [values].flat().map((value) => part(boundary, `name="${quoted(name)}"`, Buffer.from(value))),
    ),
    part(
      boundary,
      `name="${quoted(file.field)}"; filename="${quoted(file.name)}"\r\ncontent-type: application/octet-stream`,
      file.bytes,
    ),
    Buffer.from(`--${boundary}--\r\n`),
  ]
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(parts) }
}

const part = (boundary: string, disposition: string, content: Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ])

/** As browsers write it: the three characters that would end the name early are percent-encoded. */
const quoted = (name: string): string => name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
