import type { HostEvent } from '../../src/domain/host/events.ts'
import type { ProfileEvent, ProfileVersion } from '../../src/domain/profiles/events.ts'
import type { Recorded } from '../../src/kernel/event.ts'

type Member = { team: string; enrolled: boolean }
type Setting = ProfileVersion & Readonly<{ team: string; since: string }>

/** The tables of `cohorts` as they must be after these events: computed anew from the beginning, without a thought for speed. */
export const cohortsAsToldBy = (events: readonly Recorded[]) => {
  const hosts = new Map<string, Member>()
  const settings = new Map<string, Setting>()
  for (const event of events as readonly Recorded<HostEvent | ProfileEvent>[]) {
    const { id, at } = event
    if (event.type === 'HostDiscovered') hosts.set(id, { team: '0', enrolled: false })
    const member = hosts.get(id)
    if (member !== undefined && event.type === 'HostTransferred') member.team = event.data.teamId
    if (member !== undefined && event.type === 'EnrollmentStarted') member.enrolled = false
    if (member !== undefined && event.type === 'EnrollmentEnded') member.enrolled = false
    if (member !== undefined && event.type === 'ChannelOpened' && event.data.channel === 'device') member.enrolled = true
    if (event.type === 'ProfileUploaded') settings.set(id, { ...event.data, team: event.data.teamId, since: at })
    if (event.type === 'ProfileEdited') settings.set(id, { ...event.data, team: settings.get(id)?.team ?? '', since: at })
    if (event.type === 'ProfileDeleted') settings.delete(id)
  }

  const teams = [...new Set([...hosts.values()].map(({ team }) => team))]
  const family = 'apple'
  return {
    cohort_hosts: [...hosts].map(([host_id, { team, enrolled }]) => ({
      ...{ host_id, family, enrolled },
      ...{ team_id: team, cohort_id: `apple_${team}` },
    })),
    cohorts: teams.map((team) => {
      const members = [...hosts.values()].filter((member) => member.team === team)
      const enrolled = members.filter((member) => member.enrolled)
      return { cohort_id: `apple_${team}`, family, team_id: team, members: members.length, hosts: enrolled.length }
    }),
    desired_profiles: teams.flatMap((team) =>
      [...settings]
        .filter(([, setting]) => setting.team === team)
        .map(([profile_id, { identifier, name, checksum, scope, since }]) => ({
          ...{ cohort_id: `apple_${team}`, profile_id },
          ...{ identifier, name, checksum, scope, since },
        })),
    ),
  }
}
