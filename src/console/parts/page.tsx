import { Box, Group, Stack, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'

type PageProps = Readonly<{ title: string; heading?: ReactNode; about?: ReactNode; actions?: ReactNode; children: ReactNode }>

/** A page: its title, what may be done, and what it shows. */
export const Page = ({ title, heading, about, actions, children }: PageProps) => {
  useDocumentTitle(`${title} · Muster`)
  return (
    <Stack gap="md" p="lg" maw={1680} component="main" id="main">
      <Group justify="space-between" align="flex-start" wrap="nowrap" mih={32}>
        <Box miw={0}>
          <Title order={1}>{heading ?? title}</Title>
          {about !== undefined && (
            <Text size="sm" className="quiet" component="div">
              {about}
            </Text>
          )}
        </Box>
        {actions !== undefined && (
          <Group gap="xs" wrap="nowrap">
            {actions}
          </Group>
        )}
      </Group>
      {children}
    </Stack>
  )
}
