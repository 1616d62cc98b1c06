import { notifications } from '@mantine/notifications'
import type { UseMutationResult } from '@tanstack/react-query'
import { useMutation } from '@tanstack/react-query'
import { queryClient } from './query-client.ts'

type Writing<Input, Output> = Readonly<{
  write: (input: Input) => Promise<Output>
  /** What is said when it is done; nothing when it shows by itself. */
  done?: (output: Output, input: Input) => string | null
}>

/** Changes something, then reads anew what is on the screen. Its refusal is shown where it was asked for. */
export const useWriting = <Input, Output = unknown>({
  write,
  done,
}: Writing<Input, Output>): UseMutationResult<Output, Error, Input> =>
  useMutation({
    mutationFn: write,
    onSuccess: async (output, input) => {
      const message = done?.(output, input) ?? null
      if (message !== null) notifications.show({ message, color: 'teal' })
      await queryClient.invalidateQueries()
    },
  })
