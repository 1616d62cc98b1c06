/**
 * What stands for something else in settings: `$FLEET_SECRET_NAME`, `$FLEET_VAR_NAME`, or either with braces around the name. `name` is null for
 * what looks like one and is none: another case, a letter too many, a brace that does not close.
 */
export type Placeholder = Readonly<{ written: string; kind: 'secret' | 'variable'; name: string | null }>

/**
 * Where in a document a placeholder stands. `text` is any text: a string, data, an attribute; `bare` is outside the quotes of JSON; the others are
 * the elements of property lists and SyncML whose text is no free one.
 */
export type Place = 'text' | 'bare' | 'integer' | 'real' | 'date' | 'data' | 'LocURI'

/** What stands in the place of a placeholder; null: it stays as it is written. */
export type ValueOf = (placeholder: Placeholder, place: Place) => string | null

/** Whether a text holds anything that looks like a placeholder. */
export const holdsPlaceholder = (text: string): boolean => text.includes('$') && text.search(lookalike()) !== -1

/** The placeholders of a text, in its order. */
export const placeholdersIn = (text: string): readonly Placeholder[] =>
  [...text.matchAll(lookalike())].map(([written]) => placeholderOf(written))

/** The text with each placeholder replaced. */
export const replaced = (text: string, valueOf: ValueOf, place: Place): string =>
  text.replace(lookalike(), (written) => valueOf(placeholderOf(written), place) ?? written)

/** A new one each time: a global expression remembers where it stopped. */
const lookalike = (): RegExp => /\$(?:\{\s{0,9}FLEET_(?:VAR|SECRET)\w*(?:\s{0,9}\})?|FLEET_(?:VAR|SECRET)\w*)/gi

const exact = /^\$(?:FLEET_(?:VAR|SECRET)_([A-Z0-9_]+)|\{FLEET_(?:VAR|SECRET)_([A-Z0-9_]+)\})$/

const placeholderOf = (written: string): Placeholder => {
  const [, bare, braced] = exact.exec(written) ?? []
  return { written, kind: /FLEET_SECRET/i.test(written) ? 'secret' : 'variable', name: bare ?? braced ?? null }
}
