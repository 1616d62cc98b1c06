import { Button, Group, Switch, TextInput } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { useAudit } from '../../api/audit.ts'
import { download } from '../../api/http.ts'
import { activityNames } from '../../parts/activity-names.ts'
import { Empty } from '../../parts/empty.tsx'
import { Filter } from '../../parts/filter.tsx'
import { Page } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { save } from '../../parts/save.ts'
import { SearchField } from '../../parts/search-field.tsx'
import { useAddress } from '../../parts/search-params.ts'
import { WaitingTable } from '../../parts/waiting.tsx'
import { AuditTable } from './audit-table.tsx'

const everyType = Object.entries(activityNames).map(([value, label]) => ({ value, label }))

/** Who did what, when: newest first. */
export const AuditPage = () => {
  const [get, set] = useAddress()
  const [people, setPeople] = useState(false)
  const [query, activity_type, change_set] = [get('query'), get('activity_type'), get('change_set')]
  const audit = useAudit({
    ...(query !== '' && { query }),
    ...(activity_type !== '' && { activity_type }),
    ...(change_set !== '' && { change_set }),
  })
  const entries = (audit.data?.pages ?? [])
    .flatMap(({ activities }) => activities)
    .filter(({ fleet_initiated }) => !people || !fleet_initiated)
  return (
    <Page title="Audit" about="Everything that was done, by whom, and under which change set." actions={<Export />}>
      <Group gap="xs">
        <SearchField label="Who did it" value={query} onSearch={(text) => set({ query: text })} />
        <Filter
          label="What"
          width={240}
          value={activity_type}
          choices={everyType}
          onChange={(next) => set({ activity_type: next })}
        />
        <TextInput
          aria-label="Change set"
          placeholder="Change set"
          w={300}
          className="mono"
          value={change_set}
          onChange={(event) => set({ change_set: event.currentTarget.value.trim() })}
        />
        <Switch size="xs" label="By people only" checked={people} onChange={(event) => setPeople(event.currentTarget.checked)} />
      </Group>
      {audit.isError && <Problem error={audit.error} retry={() => void audit.refetch()} />}
      {audit.isPending && <WaitingTable rows={14} columns={5} />}
      {audit.data !== undefined && (
        <div className="table-card">
          {entries.length === 0 ? <Empty title="Nothing was recorded like that" /> : <AuditTable entries={entries} />}
          {audit.hasNextPage && (
            <Group justify="center" p="xs">
              <Button variant="default" loading={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
                Earlier
              </Button>
            </Group>
          )}
        </div>
      )}
    </Page>
  )
}

/** The whole record as a file. */
const Export = () => {
  const [state, setState] = useState<Readonly<{ busy: boolean; error: unknown }>>({ busy: false, error: null })
  const keep = async (): Promise<void> => {
    setState({ busy: true, error: null })
    try {
      save(await download('/audit/export'), 'muster-audit.jsonl')
      setState({ busy: false, error: null })
    } catch (error) {
      setState({ busy: false, error })
    }
  }
  return (
    <>
      {state.error !== null && <Problem error={state.error} />}
      <Button variant="default" leftSection={<IconDownload size={14} />} loading={state.busy} onClick={() => void keep()}>
        Export
      </Button>
    </>
  )
}
