/** Text that stands for itself inside an XML element or attribute. */
export const xmlEscaped = (value: string): string => value.replace(/[&<>"']/g, (sign) => `&#${String(sign.charCodeAt(0))};`)

/** Text that stands for itself inside a JSON string. */
export const jsonEscaped = (value: string): string => JSON.stringify(value).slice(1, -1)
