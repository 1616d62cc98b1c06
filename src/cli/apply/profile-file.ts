import { createHash } from 'node:crypto'
import { basename, extname } from 'node:path'
import { readConfigurationProfile } from '../../protocols/apple/configuration-profile.ts'
import { readDeclarationUpload } from '../../protocols/apple/declaration-upload.ts'
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
}>

const platforms: Readonly<Record<string, ProfileItem['platform']>> = {
  '.mobileconfig': 'apple',
  '.json': 'apple',
  '.xml': 'windows',
}

const kinds: Readonly<Record<string, string>> = {
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
  if (kindOfUpload(contents) !== kinds[extension]) throw new Error(`The contents are not those of a ${extension}.`)
  const text = contents.toString('utf8')
  const found = text.matchAll(/\$(?:\{FLEET_SECRET_([A-Z0-9_]+)\}|FLEET_SECRET_([A-Z0-9_]+))/g)
  return {
    ...describedIn(oneSpelling(basename(path).slice(0, -extension.length)), extension, contents),
    checksum: createHash('md5').update(contents).digest('base64'),
    contents,
    secrets: [...new Set([...found].map(([, braced, bare]) => braced ?? bare ?? ''))].sort(),
  }
}

/** What the server would read out of it. */
const describedIn = (file: string, extension: string, contents: Buffer): Pick<ProfileFile, 'key' | 'name' | 'scope'> => {
  if (extension === '.mobileconfig') {
    const { identifier, displayName, scope } = readConfigurationProfile(contents)
    return { key: keyOf('a', identifier), name: displayName, scope }
  }
  if (extension === '.json') {
    const { identifier, scope } = readDeclarationUpload(contents)
    return { key: keyOf('d', identifier), name: file, scope }
  }
  const { commands } = readWindowsProfile(contents)
  return { key: keyOf('w', file), name: file, scope: scopeOf(commands) }
}

/** The first letter of the server's ids tells profiles (a), declarations (d) and Windows profiles (w) apart; the identifier does the rest. */
export const keyOf = (kind: string, identifier: string): string => `${kind} ${identifier}`
