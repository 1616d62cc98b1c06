import type { App } from '../app/app.ts'
import { allEnrollSecrets, enrollSecrets } from '../domain/enroll-secrets/enroll-secrets.ts'
import { noTeam } from '../domain/teams/events.ts'
import { team } from '../domain/teams/team.ts'
import type { Tickets } from './tickets.ts'

/** Longer ones are nobody's. */
export const maxSecretLength = 255

/** The team that an enroll secret leads to (`0`: no team), or null for a secret that is nobody's or whose team is gone. */
export type TeamOfSecret = (secret: string) => Promise<string | null>

/** The hash by which an enroll secret is kept. */
export const secretHash = ({ digest }: Tickets, secret: string): Promise<string> => digest('enroll-secret', secret)

export const teamOfSecret =
  ({ load }: Pick<App, 'load'>, tickets: Tickets): TeamOfSecret =>
  async (secret) => {
    if (secret === '' || secret.length > maxSecretLength) return null
    const hash = await secretHash(tickets, secret)
    const { state } = await load(enrollSecrets, allEnrollSecrets)
    const teamId = state[hash]?.teamId
    if (teamId === undefined || teamId === noTeam) return teamId ?? null
    return (await load(team, teamId)).state.stage === 'present' ? teamId : null
  }
