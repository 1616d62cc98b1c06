import { Select } from '@mantine/core'

export type Choice = Readonly<{ value: string; label: string }>

type FilterProps = Readonly<{
  label: string
  value: string
  choices: readonly Choice[]
  onChange: (value: string) => void
  width?: number
}>

/** One way to narrow a list; nothing chosen: all. */
export const Filter = ({ label, value, choices, onChange, width = 128 }: FilterProps) => (
  <Select
    aria-label={label}
    placeholder={label}
    w={width}
    data={[...choices]}
    value={value === '' ? null : value}
    onChange={(next) => onChange(next ?? '')}
    clearable
    searchable={choices.length > 8}
    comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
  />
)
