import { Group, Stack } from '@mantine/core'
import { useCertificates } from '../../api/operations.ts'
import { Empty } from '../../parts/empty.tsx'
import { Filter } from '../../parts/filter.tsx'
import { Page } from '../../parts/page.tsx'
import { Pager } from '../../parts/pager.tsx'
import { useAddress } from '../../parts/search-params.ts'
import { View } from '../../parts/view.tsx'
import { WaitingTable } from '../../parts/waiting.tsx'
import { AuthoritiesPanel } from './authorities-panel.tsx'
import { CertificateTable } from './certificate-table.tsx'
import { PushPanel } from './push-panel.tsx'

const states = ['active', 'issued', 'superseded', 'expired', 'revoked'].map((value) => ({ value, label: value }))

const terms = ['7', '30', '90', '365'].map((days) => ({ value: days, label: `Ends within ${days} days` }))

const perPage = 50

/** The identities of hosts, the authorities that issue them, and the certificate that pushes need. */
export const CertificatesPage = () => {
  const [get, set] = useAddress()
  const page = Number(get('page')) || 0
  const [state, term] = [get('state'), get('ending_within_days')]
  const certificates = useCertificates({
    ...(state !== '' && { state }),
    ...(term !== '' && { ending_within_days: term }),
    page,
    per_page: perPage,
  })
  return (
    <Page title="Certificates">
      <Group grow align="stretch" gap="md">
        <PushPanel />
        <AuthoritiesPanel />
      </Group>
      <Stack gap="xs">
        <Group gap="xs">
          <Filter label="State" value={state} choices={states} onChange={(next) => set({ state: next, page: null })} />
          <Filter
            label="End"
            width={190}
            value={term}
            choices={terms}
            onChange={(next) => set({ ending_within_days: next, page: null })}
          />
        </Group>
        <View of={certificates} waiting={<WaitingTable rows={10} columns={5} />}>
          {({ certificates: list, meta }) => (
            <div className="table-card">
              {list.length === 0 ? (
                <Empty title="No certificate is like that">A host gets one when it enrolls.</Empty>
              ) : (
                <CertificateTable certificates={list} />
              )}
              <Pager
                page={page}
                hasNext={meta.has_next_results}
                onPage={(next) => set({ page: next === 0 ? null : String(next) }, false)}
                text={`Page ${String(page + 1)}`}
              />
            </div>
          )}
        </View>
      </Stack>
    </Page>
  )
}
