import type { App } from '../../app/app.ts'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'
import type { Request } from '../../domain/commands/requests.ts'
import { profileContent } from '../../projections/profiles.ts'
import type { Command } from '../../protocols/apple/commands.ts'
import { deviceInformation, installProfile, profileList, removeProfile } from '../../protocols/apple/commands.ts'
import { text } from '../../protocols/plist/fields.ts'
import { readPlist } from '../../protocols/plist/read.ts'
import { isDict } from '../../protocols/plist/value.ts'
import { ParseError } from '../../kernel/parse-error.ts'

export type Addressed = Readonly<{ hostId: string; commandId: string; request: Request }>

/** Turns a request into Apple's words, with the bytes that it only refers to. */
export type ToApple = (addressed: Addressed) => Promise<Command>

type Table = Readonly<{
  [K in Request['kind']]: (request: Extract<Request, { kind: K }>, addressed: Addressed) => Command | Promise<Command>
}>

/** How many profiles' bytes are held in memory. */
const contentsInMemory = 128

/** The one table from the menu of requests to Apple's commands. A member without a line does not compile. */
export const appleRequests = ({ read, blobs }: Pick<App, 'read' | 'blobs'>): ToApple => {
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

  const table: Table = {
    'install-profile': async ({ profileId, checksum }) => installProfile(await contentOf(profileId, checksum)),
    'remove-profile': ({ identifier }) => removeProfile(identifier),
    'list-profiles': () => profileList(),
    'describe-device': ({ queries }) => deviceInformation(queries),
    raw: async ({ payload }, { hostId, commandId }) =>
      commandIn(await blobs.fetchSealed(hostId, `command/${commandId}`, payload)),
  }

  return (addressed) => {
    const translate = table[addressed.request.kind] as (request: Request, addressed: Addressed) => Command | Promise<Command>
    return Promise.resolve(translate(addressed.request, addressed))
  }
}

/** The command in an admin's own plist: the whole message, or the inner dictionary alone. */
const commandIn = (bytes: Uint8Array): Command => {
  const message = readPlist(bytes)
  const whole = isDict(message) ? message['Command'] : undefined
  const command = isDict(whole) ? whole : message
  if (!isDict(command)) throw new ParseError('command', 'The command is no dictionary.')
  return { ...command, RequestType: text(command, 'RequestType') }
}
