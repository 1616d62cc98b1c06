import { createHash } from 'node:crypto'
import { basename, extname } from 'node:path'
import { ignoredWarnings } from '../../protocols/apple/command-needs.ts'
import { readConfigurationProfile } from '../../protocols/apple/configuration-profile.ts'
import { readDeclarationUpload } from '../../protocols/apple/declaration-upload.ts'
import { secretNamesIn } from '../../protocols/filling/names.ts'
import type { KindOfUpload } from '../../protocols/kind-of-upload.ts'
import { kindOfUpload } from '../../protocols/kind-of-upload.ts'
import { scopeOf } from '../../protocols/windows/profile-scope.ts'
import { oneSpelling } from '../../protocols/uploaded-name.ts'
import { readWindowsProfile } from '../../protocols/windows/profile-upload.ts'
import type { ProfileItem } from './team-file.ts'

/** Settings as their file has them. `key` is what the server knows them by in a team; `secrets` are the names after `$FLEET_SECRET_`. */
export type ProfileFile = Readonly<{
  key: string
  name: string
  scope: 'System' | 'User'
  /** As the server tells it: base64 of the MD5. */
  checksum: string
  contents: Uint8Array
  secrets: readonly string[]
  /** What systems do not heed in it, as sentences. */
  warnings: readonly string[]
}>

const platforms: Readonly<Record<string, ProfileItem['platform']>> = {
  '.mobileconfig': 'apple',
  '.json': 'apple',
  '.xml': 'windows',
}

const kinds: Readonly<Record<string, KindOfUpload>> = {
  '.mobileconfig': 'apple-profile',
  '.json': 'declaration',
  '.xml': 'windows-profile',
}

/** Throws an error for a signed profile: nothing can be filled in, and the server would not know it again. */
export const mustBeUnsigned = (extension: string, contents: Buffer): void => {
  if (extension === '.mobileconfig' && readConfigurationProfile(contents).signed)
    throw new Error('The profile is signed; only unsigned ones can be applied from files.')
}

/** Reads settings; placeholders stay in them. Throws an error whose message says what is wrong. */
export const profileFileIn = (path: string, platform: ProfileItem['platform'], contents: Buffer): ProfileFile => {
  const extension = extname(path).toLowerCase()
  if (platforms[extension] !== platform)
    throw new Error(platform === 'apple' ? 'The file is neither a .mobileconfig nor a .json.' : 'The file is no .xml.')
  const kind = kindOfUpload(contents)
  if (kind === null || kind !== kinds[extension]) throw new Error(`The contents are not those of a ${extension}.`)
  return {
    ...describedIn(oneSpelling(basename(path).slice(0, -extension.length)), extension, contents),
    checksum: createHash('md5').update(contents).digest('base64'),
    contents,
    secrets: secretNamesIn(kind, contents.toString('utf8')),
  }
}

/** What the server would read out of it. */
const describedIn = (
  file: string,
  extension: string,
  contents: Buffer,
): Pick<ProfileFile, 'key' | 'name' | 'scope' | 'warnings'> => {
  if (extension === '.mobileconfig') {
    const { identifier, displayName, scope, ignoredFrom27 } = readConfigurationProfile(contents)
    return { key: keyOf('a', identifier), name: displayName, scope, warnings: ignoredWarnings(ignoredFrom27) }
  }
  if (extension === '.json') {
    const { identifier, scope } = readDeclarationUpload(contents)
    return { key: keyOf('d', identifier), name: file, scope, warnings: [] }
  }
  const { commands } = readWindowsProfile(contents)
  return { key: keyOf('w', file), name: file, scope: scopeOf(commands), warnings: [] }
}

/** The first letter of the server's ids tells profiles (a), declarations (d) and Windows profiles (w) apart; the identifier does the rest. */
export const keyOf = (kind: string, identifier: string): string => `${kind} ${identifier}`
