import { useQuery } from '@tanstack/react-query'
import type { Plan } from '../../client/history-json.ts'
import type { PageMeta, StatusCounts } from '../../client/json.ts'
import { call, download } from './http.ts'
import type { TargetedProfile } from './json.ts'
import { useReading } from './reading.ts'
import { useWriting } from './writing.ts'

/** Which hosts of the team get it, by names of labels. */
export type Targeting = Readonly<{ mode: 'all' | 'include_all' | 'include_any' | 'exclude_any'; labels: readonly string[] }>

export type Upload = Readonly<{ file: File | null; teamId: string; targeting: Targeting }>

export const useProfiles = (teamId: string) =>
  useReading<Readonly<{ profiles: readonly TargetedProfile[]; meta: PageMeta }>>({
    key: ['profiles', 'list'],
    path: '/configuration_profiles',
    query: { team_id: teamId, per_page: 500 },
    keep: true,
  })

export const useProfile = (uuid: string) =>
  useReading<TargetedProfile>({ key: ['profiles', 'definition', uuid], path: `/configuration_profiles/${uuid}` })

export const useProfileCounts = (uuid: string) =>
  useReading<StatusCounts>({ key: ['profiles', 'counts', uuid], path: `/configuration_profiles/${uuid}/status` })

/** How the hosts of a team stand, each by the worst of its profiles. */
export const useTeamCounts = (teamId: string) =>
  useReading<StatusCounts>({
    key: ['profiles', 'team counts'],
    path: '/configuration_profiles/summary',
    query: { team_id: teamId },
  })

/** The file itself, as text. */
export const useProfileContent = (uuid: string, checksum: string | null) =>
  useQuery({
    queryKey: ['profile content', uuid, checksum],
    queryFn: async () => (await download(`/configuration_profiles/${uuid}`, { alt: 'media' })).blob.text(),
    enabled: checksum !== null,
    staleTime: Infinity,
  })

const formOf = ({ file, teamId, targeting: { mode, labels } }: Upload): FormData => {
  const form = new FormData()
  form.append('team_id', teamId)
  // One empty name says that there are none; no field at all would leave an edited profile's labels as they are.
  if (mode === 'all') form.append('labels_include_all', '')
  else for (const label of labels) form.append(`labels_${mode}`, label)
  if (file !== null) form.append('profile', file, file.name)
  return form
}

type Planned = Readonly<{ plan: Plan }>

/** What uploading, editing or deleting would do. */
export const planUpload = (upload: Upload, uuid: string | null): Promise<Planned> =>
  call(uuid === null ? 'POST' : 'PATCH', `/configuration_profiles${uuid === null ? '' : `/${uuid}`}`, {
    form: formOf(upload),
    query: { plan: true },
  })

export const planRemoval = (uuid: string): Promise<Planned> =>
  call('DELETE', `/configuration_profiles/${uuid}`, { query: { plan: true } })

type Heeding = Readonly<{ warnings?: readonly string[] }>

/** What was done, with what systems do not heed in it. */
const heeding = (done: string, { warnings = [] }: Heeding): string => [done, ...warnings].join(' ')

export const useUpload = () =>
  useWriting<Upload, Readonly<{ profile_uuid: string }> & Heeding>({
    write: (upload) => call('POST', '/configuration_profiles', { form: formOf(upload) }),
    done: (told) => heeding('The profile was uploaded; the hosts that should have it are woken.', told),
  })

export const useEdit = (uuid: string) =>
  useWriting<Upload, Heeding>({
    write: (upload) => call('PATCH', `/configuration_profiles/${uuid}`, { form: formOf(upload) }),
    done: (told) => heeding('The profile was changed.', told),
  })

export const useRemoval = (uuid: string) =>
  useWriting<null>({
    write: () => call('DELETE', `/configuration_profiles/${uuid}`),
    done: () => 'The profile was deleted; it is taken off the hosts that have it.',
  })

export const useResendFailed = (uuid: string) =>
  useWriting<null, Readonly<{ host_count: number }>>({
    write: () =>
      call('POST', '/configuration_profiles/resend/batch', {
        json: { profile_uuid: uuid, filters: { profile_status: 'failed' } },
      }),
    done: ({ host_count }) => `It is sent again to ${String(host_count)} hosts.`,
  })
