import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Text } from '@mantine/core'
import { ApiError } from '../api/api-error.ts'
import { Problem } from './problem.tsx'

type ViewProps<T> = Readonly<{
  of: UseQueryResult<T>
  /** As high as what follows, so that nothing jumps. */
  waiting: ReactNode
  children: (data: T) => ReactNode
}>

/** What was read, or that it is awaited, or why it could not be. What was read before stays while it is tried again. */
export const View = <T,>({ of, waiting, children }: ViewProps<T>): ReactNode => {
  if (of.data !== undefined) return children(of.data)
  if (of.error instanceof ApiError && of.error.status === 403)
    return (
      <Text size="sm" className="quiet">
        Your role does not show this.
      </Text>
    )
  if (of.isError) return <Problem error={of.error} retry={() => void of.refetch()} />
  return waiting
}
