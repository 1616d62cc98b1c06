import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { BrowserRouter } from 'react-router'
import { queryClient } from './api/query-client.ts'
import { beginSession, useSession } from './api/session.ts'
import { Problem } from './parts/problem.tsx'
import { SignIn } from './pages/sign-in/sign-in.tsx'
import { Shell } from './shell/shell.tsx'
import { theme } from './theme.ts'

/** The whole console. */
export const App = () => (
  <MantineProvider theme={theme} defaultColorScheme="auto">
    <QueryClientProvider client={queryClient}>
      <Notifications position="bottom-right" autoClose={5000} />
      <BrowserRouter>
        <Entrance />
      </BrowserRouter>
    </QueryClientProvider>
  </MantineProvider>
)

/** The page that was asked for, or first the sign-in page: the address stays, and is shown once somebody signed in. */
const Entrance = () => {
  const { phase } = useSession()
  const [error, setError] = useState<unknown>(null)
  const begin = (): void => void beginSession().catch(setError)
  useEffect(begin, [])
  useEffect(() => {
    // What somebody else may see is not for the next.
    if (phase === 'out') queryClient.clear()
  }, [phase])

  if (phase === 'in') return <Shell />
  if (phase === 'out') return <SignIn />
  if (error === null) return null
  return (
    <div className="sign-in">
      <Problem
        error={error}
        retry={() => {
          setError(null)
          begin()
        }}
      />
    </div>
  )
}
