import { ParseError } from '../kernel/parse-error.ts'

/**
 * A file's name as a form brought it, in one spelling (NFC): macOS hands names out in parts, `u` and two dots. Browsers and curl write `%22` for a
 * quotation mark, which would end the name. Throws `ParseError` (field `field`) for a name that is not UTF-8.
 * https://www.rfc-editor.org/rfc/rfc7578#section-5.1 https://url.spec.whatwg.org/#multipart-form-data
 */
export const uploadedName = (read: string, field: string): string => {
  if (read.includes('\ufffd')) throw new ParseError(field, 'The name of the file is not in UTF-8.')
  return oneSpelling(read.replaceAll('%22', '"'))
}

/** A name in one spelling, however its file system keeps it. https://unicode.org/reports/tr15/ */
export const oneSpelling = (name: string): string => name.normalize('NFC')

/**
 * As what else a name may stand in the log: in its other spelling, or as names in forms became while they were read as Latin-1. Settings under such a
 * name are the ones that are meant by the right one. None for ASCII.
 */
export const formerNames = (name: string): readonly string[] => {
  const spellings = [name.normalize('NFC'), name.normalize('NFD')]
  const misread = spellings.map((spelling) => Buffer.from(spelling).toString('latin1'))
  return [...new Set([...spellings, ...misread])].filter((former) => former !== name)
}
