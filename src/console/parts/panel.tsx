import { Group, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** A part of a page, with a heading. */
export const Panel = ({ title, aside, children }: Readonly<{ title: string; aside?: ReactNode; children: ReactNode }>) => (
  <section className="panel" aria-label={title}>
    <Group justify="space-between" mb="xs" mih={22}>
      <Title order={2} size="h3">
        {title}
      </Title>
      <Text size="xs" component="div">
        {aside}
      </Text>
    </Group>
    {children}
  </section>
)
