import { Stack, Text } from '@mantine/core'
import { IconFileUpload } from '@tabler/icons-react'
import { useRef, useState } from 'react'

type DropZoneProps = Readonly<{
  /** The ends of names that may be chosen, such as `.json`. */
  accept: readonly string[]
  file: File | null
  onFile: (file: File) => void
  onWrong: (message: string) => void
}>

/** Takes one file, dropped or chosen. */
export const DropZone = ({ accept, file, onFile, onWrong }: DropZoneProps) => {
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)

  const take = (files: FileList | null): void => {
    setOver(false)
    const [first, second] = [...(files ?? [])]
    if (first === undefined) return
    if (second !== undefined) return onWrong('Drop one file at a time.')
    if (!accept.some((end) => first.name.toLowerCase().endsWith(end)))
      return onWrong(`${first.name} cannot be used here: it must end with ${accept.join(', ')}.`)
    onFile(first)
  }

  return (
    <>
      <button
        type="button"
        className="drop-zone mantine-active"
        style={{ background: over ? undefined : 'transparent', color: 'inherit', font: 'inherit' }}
        data-over={over || undefined}
        onClick={() => input.current?.click()}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          take(event.dataTransfer.files)
        }}
      >
        <Stack gap={4} align="center">
          <IconFileUpload size={24} stroke={1.4} aria-hidden="true" />
          <Text size="sm" fw={500}>
            {file === null ? 'Drop a file here, or click to choose one' : file.name}
          </Text>
          <Text size="xs" className="quiet">
            {file === null ? accept.join(', ') : `${(file.size / 1024).toFixed(1)} KiB · drop another to replace it`}
          </Text>
        </Stack>
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept.join(',')}
        aria-label="File"
        onChange={(event) => {
          take(event.currentTarget.files)
          event.currentTarget.value = ''
        }}
      />
    </>
  )
}
