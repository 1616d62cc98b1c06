import type { MusterClient } from '../../client/muster-client.ts'
import type { AppleDevice } from '../../simulators/apple-device.ts'
import { until } from './until.ts'

/** What was seen of each deed; all true when all went as it should. */
export type SettingsSeen = Readonly<{ labelled: boolean; declared: boolean; restored: boolean }>

type Settings = Readonly<{
  client: MusterClient
  teamId: number
  /** The whole team; the first is the one that is looked at. */
  devices: readonly AppleDevice[]
  device: AppleDevice
  say: (line: string) => void
}>

/** Settings for some, settings that report themselves, and settings that come back, each told in a line. */
export const tellSettings = async (settings: Settings): Promise<SettingsSeen> => {
  settings.say('\nSettings:')
  return { labelled: await isLabelled(settings), declared: await isDeclared(settings), restored: await isRestored(settings) }
}

const identifier = 'com.example.settings.studio'

const studio = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>${identifier}</string><key>PayloadUUID</key><string>6F1B6E0E-7A50-4B5C-8C6F-2B4F0D9E7A11</string>
<key>PayloadDisplayName</key><string>Studio of $HOST</string>
<key>PayloadContent</key><array><dict>
<key>PayloadType</key><string>com.apple.ManagedClient.preferences</string><key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>${identifier}.preferences</string><key>PayloadUUID</key><string>6F1B6E0E-7A50-4B5C-8C6F-2B4F0D9E7A12</string>
<key>Asset</key><string>\${FLEET_VAR_HOST_HARDWARE_SERIAL}</string>
</dict></array></dict></plist>`.replace('Studio of $HOST', 'Studio')

/** Only the members of the label get it. */
const isLabelled = async ({ client, teamId, devices, device, say }: Settings): Promise<boolean> => {
  await client.labels.create({ name: 'Studio', hosts: [device.udid] })
  const file = { name: 'studio.mobileconfig', bytes: Buffer.from(studio) }
  await client.profiles.upload(file, teamId, { labels_include_any: ['Studio'] })
  const holders = () => devices.filter((one) => one.installed().some((profile) => profile.identifier === identifier))
  const reached = await until(() => Promise.resolve(holders().length > 0))
  const [holder, ...others] = holders()
  say(
    `  A profile for the label Studio is on ${holder?.name ?? 'nobody'}, and on ${others.length === 0 ? 'nobody else' : 'others'}.`,
  )
  return reached && holder === device && others.length === 0
}

/** It counts as verified when the hosts themselves say that this very version is in force. */
const isDeclared = async ({ client, teamId, devices, say }: Settings): Promise<boolean> => {
  const declaration = {
    Type: 'com.apple.configuration.passcode.settings',
    Identifier: 'com.example.settings.declared-passcode',
    Payload: { RequirePasscode: true, MinimumLength: 8 },
  }
  const file = { name: 'Declared passcode.json', bytes: Buffer.from(JSON.stringify(declaration)) }
  const uuid = await client.profiles.upload(file, teamId)
  const verified = await until(async () => (await client.profiles.status(uuid)).verified === devices.length)
  say(
    `  A declaration is in force on ${String((await client.profiles.status(uuid)).verified)} hosts: they reported it themselves.`,
  )
  return verified
}

/** Somebody removes a profile in the settings of the Mac; asked for its profiles, the Mac gets it again. */
const isRestored = async ({ client, device, say }: Settings): Promise<boolean> => {
  const { id } = await client.hosts.find(device.udid)
  const isThere = (): boolean => device.installed().some((profile) => profile.identifier === identifier)
  await client.hosts.refetch(id)
  const seen = async () => (await client.hosts.get(id)).mdm.profiles?.find(({ name }) => name === 'Studio')?.status === 'verified'
  const verified = await until(seen)
  const removed = device.removeProfileByHand(identifier)
  await client.hosts.refetch(id)
  const restored = await until(() => Promise.resolve(isThere()))
  say(
    `  Removed by hand on ${device.name}, the profile ${restored ? 'came back' : 'did NOT come back'} when the Mac was asked for its profiles.`,
  )
  return verified && removed && restored
}
