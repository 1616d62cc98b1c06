import { CloseButton, Kbd, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'

type SearchFieldProps = Readonly<{ label: string; value: string; onSearch: (text: string) => void; width?: number }>

/** A page's own search: `/` goes there, Escape leaves it. It searches while one types. */
export const SearchField = ({ label, value, onSearch, width = 280 }: SearchFieldProps) => {
  const [text, setText] = useState(value)
  const [told, setTold] = useState(value)
  const search = useDebouncedCallback(onSearch, 200)
  // Somebody else changed it: the filters were cleared, or one went back.
  if (value !== told) {
    setTold(value)
    if (value !== text.trim()) setText(value)
  }
  const change = (next: string): void => {
    setText(next)
    search(next.trim())
  }
  return (
    <TextInput
      data-search
      aria-label={label}
      placeholder={label}
      w={width}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur()
      }}
      leftSection={<IconSearch size={14} />}
      rightSection={
        text === '' ? <Kbd size="xs">/</Kbd> : <CloseButton size="xs" aria-label="Clear" onClick={() => change('')} />
      }
    />
  )
}
