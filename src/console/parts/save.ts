/** Hands a file to the browser to keep. */
export const save = ({ name, blob }: Readonly<{ name: string | null; blob: Blob }>, otherwise: string): void => {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name ?? otherwise
  link.click()
  URL.revokeObjectURL(url)
}
