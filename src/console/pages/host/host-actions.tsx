import { Button, Menu, TextInput } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useState } from 'react'
import type { Host } from '../../../client/json.ts'
import { useHostDeed } from '../../api/host-deeds.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { MoveHosts } from '../hosts/move-hosts.tsx'
import type { Asking } from './deeds.ts'
import { askings } from './deeds.ts'
import { PinNotice } from './pin-notice.tsx'

/** What may be done to a host. Each deed is asked for once more; what cannot be taken back, by typing the host's name. */
export const HostActions = ({ host }: Readonly<{ host: Host }>) => {
  const deed = useHostDeed(String(host.id))
  const [asking, setAsking] = useState<Asking | null>(null)
  const [moving, setMoving] = useState(false)
  const [message, setMessage] = useState('')
  const [pin, setPin] = useState<string | null>(null)

  const begin = (next: Asking): void => {
    deed.reset()
    setMessage('')
    setAsking(next)
  }
  const confirm = (): void => {
    if (asking === null) return
    deed.mutate(
      { deed: asking.deed, message },
      {
        onSuccess: ({ unlock_pin }) => {
          setAsking(null)
          setPin(unlock_pin ?? null)
        },
      },
    )
  }
  return (
    <>
      <Button variant="default" loading={deed.isPending && asking === null} onClick={() => deed.mutate({ deed: 'refetch' })}>
        Refetch
      </Button>
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={14} />}>
            Actions
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setMoving(true)}>Move to a team…</Menu.Item>
          {askings.map((one) => (
            <Menu.Item key={one.deed} onClick={() => begin(one)} {...(one.dangerous && { color: 'red' })}>
              {one.menu}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <MoveHosts hosts={[host.id]} opened={moving} onClose={() => setMoving(false)} onMoved={() => undefined} />
      <Confirm
        opened={asking !== null}
        title={asking?.title(host.display_name) ?? ''}
        deed={asking?.button ?? ''}
        dangerous={asking?.dangerous ?? false}
        {...(asking?.typed === true && { word: host.display_name })}
        busy={deed.isPending}
        error={deed.error}
        onConfirm={confirm}
        onClose={() => setAsking(null)}
      >
        {asking?.text}
        {asking?.message === true && (
          <TextInput
            mt="sm"
            label="Message on the lock screen"
            placeholder="Such as whom to call"
            value={message}
            onChange={(event) => setMessage(event.currentTarget.value)}
            data-autofocus
          />
        )}
      </Confirm>
      <PinNotice pin={pin} onClose={() => setPin(null)} />
    </>
  )
}
