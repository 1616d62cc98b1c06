import { z } from 'zod'
import { profileType } from '../../apple/enrollment-profile.ts'
import { numberText, queryOf } from '../../parsing.ts'
import type { AdminDeps, Handlers } from '../deps.ts'
import { teamMustExist } from '../doors/team-checks.ts'

export const profileQuery = z.object({ team_id: numberText.optional() })

type EnrollmentProfileRoutes = Pick<Handlers, 'GET /enrollment_profiles/manual'>

/** The profile that an admin hands to a device; whoever installs it enrolls, within a day and once. */
export const enrollmentProfileRoutes = ({
  app,
  enrollmentProfiles: { termsFor, sign },
}: Pick<AdminDeps, 'app' | 'enrollmentProfiles'>): EnrollmentProfileRoutes => ({
  'GET /enrollment_profiles/manual': async (request, response) => {
    const { team_id } = queryOf(profileQuery, request)
    if (team_id !== undefined) await teamMustExist(app, team_id)
    const profile = await sign(await termsFor({ teamId: team_id ?? null }))
    response.attachment('enrollment.mobileconfig').type(profileType).send(Buffer.from(profile))
  },
})
