import { useNavigate, useParams } from 'react-router'
import { useChangeSets } from '../../api/change-sets.ts'
import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../parts/page.tsx'
import { Pager } from '../../parts/pager.tsx'
import { useAddress } from '../../parts/search-params.ts'
import { View } from '../../parts/view.tsx'
import { WaitingTable } from '../../parts/waiting.tsx'
import { ChangeSetDrawer } from './change-set-drawer.tsx'
import { ChangeSetTable } from './change-set-table.tsx'

/** What was done with one intent, newest first; each can be looked into, and undone as far as that goes. */
export const ChangeSetsPage = () => {
  const { id = null } = useParams()
  const navigate = useNavigate()
  const [get, set] = useAddress()
  const page = Number(get('page')) || 0
  const changeSets = useChangeSets(page)
  return (
    <Page title="Change sets" about="All that was done with one intent: a request, a run of the command line, an undo.">
      <View of={changeSets} waiting={<WaitingTable rows={12} columns={5} />}>
        {(data) => (
          <div className="table-card">
            {data.change_sets.length === 0 ? (
              <Empty title="Nothing was changed yet">Upload a profile or move a host, and it can be undone here.</Empty>
            ) : (
              <>
                <ChangeSetTable changeSets={data.change_sets} />
                <Pager
                  page={page}
                  hasNext={data.meta.has_next_results}
                  onPage={(next) => set({ page: next === 0 ? null : String(next) }, false)}
                  text={`Page ${String(page + 1)}`}
                />
              </>
            )}
          </div>
        )}
      </View>
      <ChangeSetDrawer id={id} onClose={() => void navigate('/change-sets')} />
    </Page>
  )
}
