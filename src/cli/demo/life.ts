import type { CommandResult } from '../../client/json.ts'
import type { MusterClient } from '../../client/muster-client.ts'
import type { AppleDevice } from '../../simulators/apple-device.ts'
import { until } from './until.ts'

/** How the devices of the stage behave; may be changed while they live. `failNext`: so many commands fail from now on. */
export type Mood = { notNow: number; failNext: number }

/** What was seen of each deed; all true when all went as it should. */
export type LifeSeen = Readonly<{ notNow: boolean; retried: boolean; locked: boolean; renewed: boolean }>

type Life = Readonly<{
  client: MusterClient
  device: AppleDevice
  mood: Mood
  /** The devices on which a command failed. */
  refused: readonly AppleDevice[]
  say: (line: string) => void
}>

/** What may happen to one Mac after it is set up, each told in a line. */
export const tellLife = async (life: Life): Promise<LifeSeen> => {
  const { client, device, say } = life
  const { id } = await client.hosts.find(device.udid)
  say(`\nDays in the life of ${device.name}:`)
  return {
    notNow: await putsOff(life),
    retried: await wasRetried(life),
    locked: await isLocked(life, id),
    renewed: await renews(life, id),
  }
}

/** A Mac whose lid is closed puts a question off; it is asked again when it calls. */
const putsOff = async ({ client, device, mood, say }: Life): Promise<boolean> => {
  const listing = '<plist version="1.0"><dict><key>RequestType</key><string>ProfileList</string></dict></plist>'
  mood.notNow = 1
  const { command_uuid } = await client.commands.run(Buffer.from(listing), [device.udid])
  const resultNow = async (): Promise<CommandResult | undefined> => (await client.commands.results(command_uuid))[0]
  const deferred = await until(async () => (await resultNow())?.status === 'NotNow')
  say(`  ProfileList: NotNow. ${(await resultNow())?.next_step?.text ?? ''}`)
  mood.notNow = 0
  await device.connect()
  const answered = await until(async () => (await resultNow())?.status === 'Acknowledged')
  say(`  ProfileList: ${(await resultNow())?.status ?? ''} in its next session.`)
  return deferred && answered
}

/** A profile that a device refused at first was sent again, and counted as pending until it landed. */
const wasRetried = async ({ client, refused, say }: Life): Promise<boolean> => {
  for (const device of refused) {
    const { id } = await client.hosts.find(device.udid)
    const { events } = await client.hosts.history(id, { order: 'asc', limit: 500 })
    const failure = events.find(({ type }) => type === 'ProfileInstallFailed')
    const profileId = failure?.data['profileId']
    const landed = events.find(({ type, data }) => type === 'ProfileInstalled' && data['profileId'] === profileId)
    if (failure === undefined || landed === undefined) continue
    const ms = Date.parse(landed.at) - Date.parse(failure.at)
    say(`  On ${device.name} a profile failed at first, was tried again, and was installed ${String(ms)} ms later.`)
    return true
  }
  return false
}

const isLocked = async ({ client, device, say }: Life, id: number): Promise<boolean> => {
  const { unlock_pin } = await client.hosts.lock(id, { message: 'Please call us.', viewPin: true })
  const locked = await until(async () => (await client.hosts.get(id)).mdm.device_status === 'locked')
  say(`  Locked with the PIN ${unlock_pin ?? '?'}; who saw it is in the history.`)
  await client.hosts.unlock(id)
  device.typePin(unlock_pin ?? '')
  await device.connect()
  const free = await until(async () => (await client.hosts.get(id)).mdm.device_status === 'unlocked')
  say('  Unlocked: it called again after its PIN was asked for.')
  return locked && free
}

const renews = async ({ client, say }: Life, id: number): Promise<boolean> => {
  const before = await client.hosts.enrollment(id)
  await client.hosts.renewIdentity(id)
  const renewed = await until(
    async () => (await client.hosts.enrollment(id)).certificate.fingerprint !== before.certificate.fingerprint,
  )
  const now = await client.hosts.enrollment(id)
  say(
    `  Identity renewed: ${short(before.certificate.fingerprint)} to ${short(now.certificate.fingerprint)}, still enrollment ${String(now.epoch)}.`,
  )
  return renewed && now.epoch === before.epoch
}

const short = (fingerprint: string | null): string => (fingerprint ?? '?').slice(0, 8)
