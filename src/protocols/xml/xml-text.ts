/** Text as it may stand in an element or a quoted attribute. */
export const xmlText = (text: string): string => text.replace(/[&<>"'\r]/g, (character) => entities[character] ?? character)

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
}

/**
 * Text as a CDATA section, which takes no more room than the text; where its end stands in the text, as two. A carriage return would be read as a line
 * feed, so that text with one is escaped.
 */
export const cdataText = (text: string): string =>
  text.includes('\r') ? xmlText(text) : `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
