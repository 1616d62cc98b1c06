import { Alert, Button, Divider, PasswordInput, Stack, Tabs, Text, TextInput, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { signInByPassword, signInByToken, signInElsewhere, useSession } from '../../api/session.ts'
import { Problem } from '../../parts/problem.tsx'

/** Who somebody is, by password, by their organisation, or by a token. */
export const SignIn = () => {
  const { ended } = useSession()
  useDocumentTitle('Sign in · Muster')
  return (
    <main className="sign-in">
      <Stack w={360} gap="md">
        <div>
          <Title order={1}>Muster</Title>
          <Text size="sm" className="quiet">
            Sign in to manage devices.
          </Text>
        </div>
        {ended && (
          <Alert color="orange" p="xs">
            <Text size="sm">Your session has ended. Sign in to go on where you were.</Text>
          </Alert>
        )}
        <div className="panel">
          <Tabs defaultValue="password">
            <Tabs.List mb="md">
              <Tabs.Tab value="password">Password</Tabs.Tab>
              <Tabs.Tab value="token">API token</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="password">
              <ByPassword />
            </Tabs.Panel>
            <Tabs.Panel value="token">
              <ByToken />
            </Tabs.Panel>
          </Tabs>
        </div>
      </Stack>
    </main>
  )
}

type FormProps = Readonly<{ attempt: () => Promise<void>; children: ReactNode; more?: ReactNode }>

/** The fields, what was wrong with them, and the button. */
const Form = ({ attempt, children, more }: FormProps) => {
  const [state, setState] = useState<Readonly<{ busy: boolean; error: unknown }>>({ busy: false, error: null })
  const submit = async (): Promise<void> => {
    setState({ busy: true, error: null })
    try {
      await attempt()
    } catch (error) {
      setState({ busy: false, error })
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <Stack gap="sm">
        {children}
        {state.error !== null && <Problem error={state.error} />}
        <Button type="submit" size="sm" loading={state.busy}>
          Sign in
        </Button>
        {more}
      </Stack>
    </form>
  )
}

const ByPassword = () => {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [error, setError] = useState<unknown>(null)
  const elsewhere = (
    <>
      <Divider label="or" labelPosition="center" />
      {error !== null && <Problem error={error} />}
      <Button variant="default" size="sm" onClick={() => void signInElsewhere().catch(setError)}>
        Single sign-on
      </Button>
    </>
  )
  return (
    <Form attempt={() => signInByPassword(email, password)} more={elsewhere}>
      <TextInput
        label="Email"
        type="email"
        size="sm"
        required
        autoComplete="username"
        autoFocus
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <PasswordInput
        label="Password"
        size="sm"
        required
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </Form>
  )
}

const ByToken = () => {
  const [token, setToken] = useState('')
  return (
    <Form attempt={() => signInByToken(token.trim())}>
      <PasswordInput
        label="API token"
        description="Kept for this tab alone, and forgotten when it is closed."
        size="sm"
        required
        autoComplete="off"
        autoFocus
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
      />
    </Form>
  )
}
