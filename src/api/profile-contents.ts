import type { App } from '../app/app.ts'
import { host } from '../domain/host/host.ts'
import type { HostValues } from '../domain/settings/host-values.ts'
import { hostValuesOf, ofProfile } from '../domain/settings/host-values.ts'
import { leastRecentlyUsed } from '../kernel/least-recently-used.ts'
import { profileContent } from '../projections/profiles.ts'
import { filled, placeholdersOf } from '../protocols/filling/filled.ts'
import { secretNamesIn } from '../protocols/filling/names.ts'
import { valuesIn } from './settings-values.ts'

/** What these secrets stand for; those that are not answered stay what they are called. */
export type RevealSecrets = (names: readonly string[]) => Promise<HostValues>

/** The bytes of profiles, as they were uploaded and as a host gets them. */
export type ProfileContents = Readonly<{
  contentOf: (profileId: string, checksum: string) => Promise<Uint8Array>
  /** With its variables and secrets filled in. Throws `ParseError` when one of them cannot stand where it does. */
  renderedFor: (hostId: string, profileId: string, checksum: string) => Promise<Uint8Array>
}>

/** How many profiles' bytes are held in memory. */
const contentsInMemory = 128

export const profileContents = (
  { read, blobs, load }: Pick<App, 'read' | 'blobs' | 'load'>,
  kind: 'apple-profile' | 'windows-profile',
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
    const text = content.toString('utf8')
    if (placeholdersOf(kind, text).length === 0) return bytes
    const { state } = await load(host, hostId)
    const values = { ...hostValuesOf(state.enrollment), ...ofProfile(profileId) }
    const secrets = await secretsOf(secretNamesIn(kind, text))
    return Buffer.from(filled(kind, text, valuesIn(secrets, values)))
  }

  return { contentOf, renderedFor }
}
