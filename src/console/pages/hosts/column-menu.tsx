import { ActionIcon, Checkbox, Popover, Stack, Tooltip } from '@mantine/core'
import { IconColumns } from '@tabler/icons-react'
import { columns } from './columns.tsx'

type ColumnMenuProps = Readonly<{ shown: readonly string[]; onChange: (shown: readonly string[]) => void }>

/** Which columns to show; this browser remembers it. */
export const ColumnMenu = ({ shown, onChange }: ColumnMenuProps) => (
  <Popover position="bottom-end" withArrow trapFocus>
    <Popover.Target>
      <Tooltip label="Columns">
        <ActionIcon variant="default" size={30} aria-label="Columns">
          <IconColumns size={16} />
        </ActionIcon>
      </Tooltip>
    </Popover.Target>
    <Popover.Dropdown>
      <Stack gap={8}>
        {columns.map(({ key, title }) => (
          <Checkbox
            key={key}
            label={title}
            checked={shown.includes(key)}
            onChange={(event) => onChange(event.currentTarget.checked ? [...shown, key] : shown.filter((one) => one !== key))}
          />
        ))}
      </Stack>
    </Popover.Dropdown>
  </Popover>
)
