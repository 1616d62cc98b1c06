import type { App } from '../app/app.ts'
import { host } from '../domain/host/host.ts'
import type { HostValues } from '../domain/settings/host-values.ts'
import { fillIn, hostValuesOf, namesIn, ofProfile } from '../domain/settings/host-values.ts'
import { leastRecentlyUsed } from '../kernel/least-recently-used.ts'
import { profileContent } from '../projections/profiles.ts'
import { xmlEscaped } from './escaping.ts'

/** What these secrets stand for; those that are not answered stay what they are called. */
export type RevealSecrets = (names: readonly string[]) => Promise<HostValues>

/** The bytes of profiles, as they were uploaded and as a host gets them. */
export type ProfileContents = Readonly<{
  contentOf: (profileId: string, checksum: string) => Promise<Uint8Array>
  /** With its variables and secrets filled in. */
  renderedFor: (hostId: string, profileId: string, checksum: string) => Promise<Uint8Array>
}>

/** How many profiles' bytes are held in memory. */
const contentsInMemory = 128

export const profileContents = (
  { read, blobs, load }: Pick<App, 'read' | 'blobs' | 'load'>,
  secretsOf: RevealSecrets,
): ProfileContents => {
  const contents = leastRecentlyUsed<Promise<Uint8Array>>(contentsInMemory)

  const fetchContent = async (profileId: string, checksum: string): Promise<Uint8Array> => {
    const [row] = await read(profileContent(profileId, checksum))
    if (row === undefined) throw new Error(`The content ${checksum} of profile ${profileId} is not in the read models.`)
    return blobs.fetch(row.content)
  }

  const contentOf = (profileId: string, checksum: string): Promise<Uint8Array> => {
    const key = `${profileId}/${checksum}`
    const known = contents.get(key)
    if (known !== undefined) return known
    const fetched = fetchContent(profileId, checksum)
    contents.set(key, fetched)
    fetched.catch(() => {
      contents.delete(key)
    })
    return fetched
  }

  const renderedFor = async (hostId: string, profileId: string, checksum: string): Promise<Uint8Array> => {
    const bytes = await contentOf(profileId, checksum)
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    if (!content.includes('FLEET_')) return bytes
    const { state } = await load(host, hostId)
    const values = { ...hostValuesOf(state.enrollment), ...ofProfile(profileId) }
    const text = content.toString('utf8')
    const secrets = await secretsOf(namesIn(text, 'FLEET_SECRET_'))
    return Buffer.from(fillIn(fillIn(text, secrets, xmlEscaped, 'FLEET_SECRET_'), values, xmlEscaped))
  }

  return { contentOf, renderedFor }
}
