import { ActionIcon, CopyButton, Group, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'

/** An id or a number that people copy. */
export const Id = ({ value, short }: Readonly<{ value: string; short?: number }>) => (
  <CopyButton value={value}>
    {({ copied, copy }) => (
      <Group gap={2} wrap="nowrap" display="inline-flex" component="span">
        <Tooltip label={value} disabled={short === undefined}>
          <span className="mono">{short === undefined ? value : value.slice(0, short)}</span>
        </Tooltip>
        <ActionIcon size={18} aria-label={copied ? 'Copied' : `Copy ${value}`} onClick={copy}>
          {copied ? <IconCheck size={12} /> : <IconCopy size={12} />}
        </ActionIcon>
      </Group>
    )}
  </CopyButton>
)
