import { Button, Group, Text } from '@mantine/core'

type PagerProps = Readonly<{
  page: number
  hasNext: boolean
  onPage: (page: number) => void
  /** Such as `1–50 of 230`. */
  text: string
}>

export const Pager = ({ page, hasNext, onPage, text }: PagerProps) => (
  <Group justify="space-between" px="sm" py={6} style={{ borderTop: '1px solid var(--line)' }}>
    <Text size="xs" className="quiet tabular" aria-live="polite">
      {text}
    </Text>
    <Group gap={6}>
      <Button variant="default" disabled={page === 0} onClick={() => onPage(page - 1)}>
        Previous
      </Button>
      <Button variant="default" disabled={!hasNext} onClick={() => onPage(page + 1)}>
        Next
      </Button>
    </Group>
  </Group>
)
