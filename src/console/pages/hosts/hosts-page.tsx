import { Badge, Button, Group, Text } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useState } from 'react'
import { useHostCount, useHosts } from '../../api/hosts.ts'
import { useProfile } from '../../api/profiles.ts'
import { Page } from '../../parts/page.tsx'
import { Pager } from '../../parts/pager.tsx'
import { useAddress } from '../../parts/search-params.ts'
import { ColumnMenu } from './column-menu.tsx'
import { usualColumns } from './columns.tsx'
import { filterNames, HostFilterBar } from './host-filters.tsx'
import { HostTable } from './host-table.tsx'
import { MoveHosts } from './move-hosts.tsx'

const perPage = 50

/** Every host: found, filtered, sorted, moved. */
export const HostsPage = () => {
  const [get, set] = useAddress()
  const [shown, setShown] = useLocalStorage<readonly string[]>({ key: 'muster-host-columns', defaultValue: usualColumns })
  const [chosen, setChosen] = useState<readonly number[]>([])
  const [moving, setMoving] = useState(false)
  const filters = Object.fromEntries(
    filterNames.map((name) => [name, get(name) || undefined]).filter(([, value]) => value !== undefined),
  ) as Record<string, string>
  const page = Number(get('page')) || 0
  const order_key = get('order_key') || 'display_name'
  const order_direction = get('order_direction') === 'desc' ? 'desc' : 'asc'
  const hosts = useHosts(filters, { order_key, order_direction, page, per_page: perPage })
  const count = useHostCount(filters).data?.count

  const narrow = (change: Readonly<Record<string, string | null>>): void => {
    setChosen([])
    set({ ...change, page: null })
  }
  const rows = hosts.data?.hosts ?? []
  const [first, last] = [page * perPage + 1, page * perPage + rows.length]
  return (
    <Page
      title="Hosts"
      about={count === undefined ? ' ' : `${count.toLocaleString('en')} ${count === 1 ? 'host' : 'hosts'}`}
      actions={
        <>
          {chosen.length > 0 && <Button onClick={() => setMoving(true)}>Move {chosen.length} to a team…</Button>}
          <ColumnMenu shown={shown} onChange={setShown} />
        </>
      }
    >
      <HostFilterBar filters={filters} onChange={narrow} />
      {get('profile_uuid') !== '' && (
        <OfProfile
          uuid={get('profile_uuid')}
          status={get('profile_status')}
          onClear={() => narrow({ profile_uuid: null, profile_status: null })}
        />
      )}
      <div className="table-card">
        <HostTable
          hosts={hosts}
          shown={shown}
          chosen={chosen}
          onChoose={setChosen}
          order={{ key: order_key, direction: order_direction }}
          onOrder={(key) =>
            set({ order_key: key, order_direction: key === order_key && order_direction === 'asc' ? 'desc' : 'asc', page: null })
          }
          isFiltered={Object.keys(filters).length > 0}
        />
        <Pager
          page={page}
          hasNext={hosts.data?.meta.has_next_results ?? false}
          onPage={(next) => set({ page: next === 0 ? null : String(next) }, false)}
          text={
            rows.length === 0
              ? ''
              : `${String(first)}–${String(last)}${count === undefined ? '' : ` of ${count.toLocaleString('en')}`}`
          }
        />
      </div>
      <MoveHosts hosts={chosen} opened={moving} onClose={() => setMoving(false)} onMoved={() => setChosen([])} />
    </Page>
  )
}

const OfProfile = ({ uuid, status, onClear }: Readonly<{ uuid: string; status: string; onClear: () => void }>) => {
  const profile = useProfile(uuid).data
  return (
    <Group gap="xs">
      <Text size="sm">Hosts on which</Text>
      <Badge>{profile?.name ?? '…'}</Badge>
      <Text size="sm">is {status === '' ? 'wanted or present' : status}</Text>
      <Button variant="subtle" color="gray" onClick={onClear}>
        Show all
      </Button>
    </Group>
  )
}
