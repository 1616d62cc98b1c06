import { query } from '../kernel/query.ts'

/** The team of a host. */
export type HostTeam = Readonly<{ host_id: string; team_id: string }>

/** The teams of those of these hosts that there are. */
export const teamsOfHosts = (hostIds: readonly string[]) =>
  query<HostTeam>`select host_id, team_id from hosts where host_id = any(${hostIds})`

/** The teams of the hosts that a command was queued for. */
export const teamsOfCommand = (commandId: string) =>
  query<Pick<HostTeam, 'team_id'>>`
    select distinct h.team_id from commands c join hosts h using (host_id) where c.command_id = ${commandId}`
