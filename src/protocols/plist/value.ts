/** What a property list holds. Dictionaries that were read have no prototype, so that no key is ever inherited. */
export type PlistValue = string | number | bigint | boolean | Date | Uint8Array | readonly PlistValue[] | PlistDict

export type PlistDict = Readonly<{ [key: string]: PlistValue }>

/** Whether a value is a dictionary, not an array, date or data. */
export const isDict = (value: PlistValue | undefined): value is PlistDict =>
  typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date) && !(value instanceof Uint8Array)

/** How much a reader takes: bytes of input, levels of nesting, values and keys in all. */
export type PlistLimits = Readonly<{ bytes: number; depth: number; nodes: number }>
