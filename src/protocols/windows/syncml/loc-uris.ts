/**
 * A LocURI in the one form in which two of them are compared: Windows takes `./Device/Vendor`, `./Vendor` and any case of either for the same
 * node, and escapes for what they stand for.
 */
export const normalLocUri = (locUri: string): string =>
  decoded(locUri.trim())
    .toLowerCase()
    .replace(/^\.\/device\//, './')
    .replace(/\/+$/, '')

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
