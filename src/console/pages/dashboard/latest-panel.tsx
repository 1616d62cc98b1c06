import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import { useLatestActivities } from '../../api/audit.ts'
import { ActivityLine } from '../../parts/activity-line.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Panel } from '../../parts/panel.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingLines } from '../../parts/waiting.tsx'

/** What happened last. */
export const LatestPanel = () => {
  const latest = useLatestActivities(10)
  return (
    <Panel
      title="Latest"
      aside={
        <Anchor component={Link} to="/audit" size="xs">
          Audit
        </Anchor>
      }
    >
      <View of={latest} waiting={<WaitingLines lines={10} />}>
        {({ activities }) =>
          activities.length === 0 ? (
            <Empty title="Nothing has happened yet">Enroll a first host, and its story begins here.</Empty>
          ) : (
            activities.map((activity) => <ActivityLine key={activity.id} activity={activity} />)
          )
        }
      </View>
    </Panel>
  )
}
