/** Boards whose maker left the hardware id out, or wrote the same into all: it tells no machine from another. */
const placeholders: ReadonlySet<string> = new Set(
  [
    '03000200-0400-0500-0006-000700080009',
    '03020100-0504-0706-0809-0a0b0c0d0e0f',
    '00020003-0004-0005-0006-000700080009',
    '10000000-0000-8000-0040-000000000000',
    '12345678-1234-5678-90ab-cddeefaabbcc',
    '12345678-1234-1234-1234-123456789012',
    '01234567-89ab-cdef-0123-456789abcdef',
    '00010203-0405-0607-0809-0a0b0c0d0e0f',
    'ffffff00-ffff-ffff-ffff-ffffffffffff',
    '4c4c4544-0000-2010-8020-80c04f202020',
    'fefefefe-fefe-fefe-fefe-fefefefefefe',
  ].map((uuid) => uuid.replaceAll('-', '')),
)

/** What stands where a board has no hardware id at all. */
const words: ReadonlySet<string> = new Set([
  ...['not settable', 'not available', 'not present', 'not specified', 'not applicable', 'none', 'unknown', 'default string'],
  ...['to be filled by o.e.m.', 'n/a'],
])

/** Whether a hardware id (a UUID of the board's firmware, in any spelling) tells this machine from all others. */
export const tellsMachine = (hardwareId: string): boolean => {
  const text = hardwareId.trim().toLowerCase()
  if (text === '' || words.has(text)) return false
  const plain = text.replaceAll(/[-{}]/g, '')
  if (/^(.)\1*$/.test(plain)) return false
  return !placeholders.has(plain)
}
