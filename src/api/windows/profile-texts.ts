import type { App } from '../../app/app.ts'
import type { RevealSecrets } from '../profile-contents.ts'
import { profileContents } from '../profile-contents.ts'

/** A profile in the words that a host gets, its variables and secrets filled in. */
export type ProfileText = (hostId: string, profileId: string, checksum: string) => Promise<string>

export const profileTexts = (app: Pick<App, 'read' | 'blobs' | 'load'>, secrets: RevealSecrets): ProfileText => {
  const { renderedFor } = profileContents(app, 'windows-profile', secrets)
  return async (hostId, profileId, checksum) => Buffer.from(await renderedFor(hostId, profileId, checksum)).toString('utf8')
}
