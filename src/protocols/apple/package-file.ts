import { ParseError } from '../../kernel/parse-error.ts'

/** With this begins every flat package: it is a XAR archive. */
const magic = Buffer.from('xar!')

/**
 * Throws `ParseError` (field `package`) unless these first bytes are those of a flat macOS package. Whether it is signed and a product
 * archive (distribution), which installing by management needs, only a Mac finds out.
 */
export const mustBePackage = (head: Uint8Array): void => {
  if (!magic.equals(head.subarray(0, magic.length)))
    throw new ParseError('package', 'This is no macOS package: it does not begin as a XAR archive does.')
}
