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
