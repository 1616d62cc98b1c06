/** https://learn.microsoft.com/windows/client-management/structure-of-oma-dm-provisioning-files (Meta) */
const formats = ['chr', 'int', 'bool', 'b64', 'bin', 'xml', 'node', 'null', 'date', 'time', 'float'] as const

export type Format = (typeof formats)[number]

/** Whether SyncML knows a format of values. */
export const isFormat = (text: string): text is Format => formats.some((format) => format === text)

/** Why a device answers a value of this format with 415; null: it fits, or nobody can tell. A value without format is text. */
export const faultOfValue = (format: string | null, data: string): string | null => {
  const value = data.trim()
  if (format === 'int')
    return /^[+-]?\d{1,20}$|^0x[0-9a-f]{1,16}$/i.test(value) ? null : 'its format is int, and it is no whole number'
  if (format === 'bool')
    return /^(?:true|false|0|1)$/i.test(value) ? null : 'its format is bool, and it is neither true nor false'
  if (format === 'b64' || format === 'bin')
    return /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value) ? null : `its format is ${format}, and it is no base64`
  if (format === 'node' || format === 'null') return value === '' ? null : `its format is ${format}, which has no value`
  return null
}
