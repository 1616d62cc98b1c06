import { Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'

type EmptyProps = Readonly<{ title: string; children?: ReactNode; action?: ReactNode }>

/** Nothing to show, and what one may do about it. */
export const Empty = ({ title, children, action }: EmptyProps) => (
  <Stack align="center" gap={6} py={36} px="md">
    <Text fw={600} size="sm">
      {title}
    </Text>
    {children !== undefined && (
      <Text size="sm" className="quiet" ta="center" maw={460}>
        {children}
      </Text>
    )}
    {action}
  </Stack>
)
