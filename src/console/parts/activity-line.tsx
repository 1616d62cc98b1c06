import { Anchor, Group, Text } from '@mantine/core'
import { Link } from 'react-router'
import type { Activity } from '../../client/json.ts'
import { activityWords, doerOf, hostNameOf, objectOf } from './activity-words.ts'
import { When } from './when.tsx'

/** What happened, to what, by whom, in one line. */
export const ActivityLine = ({ activity }: Readonly<{ activity: Activity }>) => {
  const host = hostNameOf(activity)
  const object = objectOf(activity)
  return (
    <Group justify="space-between" wrap="nowrap" gap="md" py={4}>
      <Text size="sm" className="cut" maw="none">
        {activityWords(activity.type)}
        {object !== null && <b> {object}</b>}
        {host !== null && (
          <>
            {' · '}
            <Anchor component={Link} to={`/hosts/${String(activity.host_id)}`}>
              {host}
            </Anchor>
          </>
        )}
        <span className="quiet"> by {doerOf(activity)}</span>
      </Text>
      <Text size="xs" className="quiet" style={{ whiteSpace: 'nowrap' }}>
        <When at={activity.created_at} />
      </Text>
    </Group>
  )
}
