const forbidden =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** Whether XML can carry a text: no control characters but tab and line ends, no halves of surrogate pairs. */
export const isXmlText = (text: string): boolean => !forbidden.test(text)
