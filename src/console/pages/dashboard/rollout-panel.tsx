import { Anchor, Button, Skeleton, Stack } from '@mantine/core'
import { Link } from 'react-router'
import { useTeams } from '../../api/groups.ts'
import { useScope } from '../../api/session.ts'
import { useTeamCounts } from '../../api/profiles.ts'
import { Panel } from '../../parts/panel.tsx'
import { StatusBar, StatusNumbers } from '../../parts/status.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingLines } from '../../parts/waiting.tsx'

/** As many teams as fit; the rest is on the page of teams. */
const mostTeams = 8

/** How far settings have come, team by team; it moves as hosts answer. */
export const RolloutPanel = () => {
  const teams = useTeams()
  const scope = useScope()
  return (
    <Panel
      title="Settings rollout"
      aside={
        <Anchor component={Link} to="/profiles" size="xs">
          All profiles
        </Anchor>
      }
    >
      <View of={teams} waiting={<WaitingLines lines={4} />}>
        {(data) => (
          <Stack gap="md">
            {data.teams.slice(0, mostTeams).map(({ id, name }) => (
              <TeamRollout key={id} id={String(id)} name={name} />
            ))}
            {scope === null && <TeamRollout id="0" name="No team" />}
            {data.teams.length === 0 && (
              <Button component={Link} to="/teams" variant="default" w="fit-content">
                Make a team
              </Button>
            )}
          </Stack>
        )}
      </View>
    </Panel>
  )
}

const TeamRollout = ({ id, name }: Readonly<{ id: string; name: string }>) => {
  const counts = useTeamCounts(id)
  return (
    <Stack gap={5}>
      <Anchor component={Link} to={`/profiles?team_id=${id}`} size="sm" c="inherit" fw={500} w="fit-content">
        {name}
      </Anchor>
      <View of={counts} waiting={<Skeleton height={31} />}>
        {(data) => (
          <>
            <StatusBar counts={data} />
            <StatusNumbers counts={data} />
          </>
        )}
      </View>
    </Stack>
  )
}
