import { Alert, Button, Group, List, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { ApiError } from '../api/api-error.ts'

const titleOf = (error: unknown): string => {
  if (!(error instanceof ApiError)) return 'Something went wrong in the console'
  if (error.status === 0) return 'No answer'
  if (error.status === 403) return 'Your role does not allow this'
  if (error.status === 404) return 'Not found'
  return error.status >= 500 ? 'The server could not do this' : 'The server said no'
}

type ProblemProps = Readonly<{ error: unknown; retry?: () => void }>

/** What went wrong and why, in the server's own words, field by field. */
export const Problem = ({ error, retry }: ProblemProps) => {
  const fields = error instanceof ApiError ? error.errors : []
  const message = error instanceof Error ? error.message : String(error)
  return (
    <Alert color="red" icon={<IconAlertTriangle size={16} />} title={titleOf(error)} role="alert" p="sm">
      {fields.length > 1 ? (
        <List size="sm" spacing={2}>
          {fields.map(({ name, reason }, index) => (
            <List.Item key={index}>
              {name === 'base' ? '' : <b>{name}: </b>}
              {reason}
            </List.Item>
          ))}
        </List>
      ) : (
        <Text size="sm">
          {fields[0] !== undefined && fields[0].name !== 'base' && <b>{fields[0].name}: </b>}
          {message}
        </Text>
      )}
      {retry !== undefined && (
        <Group mt="xs">
          <Button variant="default" onClick={retry}>
            Try again
          </Button>
        </Group>
      )}
    </Alert>
  )
}
