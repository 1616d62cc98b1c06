import type { OfType, Recorded } from '../../kernel/event.ts'
import type { QueuedCommand } from '../commands/events.ts'
import { holdReasons, requestText } from '../commands/words.ts'
import type { HostFacts } from '../enrollment/events.ts'
import { notWoken } from '../enrollment/push-problems.ts'
import type { Channel } from '../platforms.ts'
import { deviceChannel } from '../platforms.ts'
import { noTeam } from '../teams/events.ts'
import { hostProfilesStory } from '../host-profiles/story.ts'
import type { Told } from './told.ts'
import { said } from './told.ts'
import type { HostEvent } from './events.ts'
import {
  beginnings,
  cancelReasons,
  codeText,
  discoveries,
  dropping,
  endings,
  labelling,
  locks,
  merges,
  opinionText,
  outcomes,
  reasonText,
  renewals,
  sources,
  transfers,
  unlocks,
  whyForgotten,
  windowsWays,
} from './story-reasons.ts'

type Story = Readonly<{ [T in HostEvent['type']]: (data: OfType<HostEvent, T>['data']) => Told }>

/** Tells an event of a host's stream to people. Null for one that this version does not know, or cannot make sense of. */
export const tell = ({ type, data }: Pick<Recorded, 'type' | 'data'>): Told | null => {
  if (!Object.hasOwn(story, type)) return null
  try {
    return story[type as HostEvent['type']](data as never)
  } catch {
    return null
  }
}

/** One line per event that can happen to a host; a missing one does not compile. */
export const story: Story = {
  ...hostProfilesStory,
  HostDiscovered: ({ facts, platform, source }) =>
    said(`The host${named(facts)} became known to this server, running ${platform}.`, discoveries[source]),
  MdmReported: (opinion) => said(opinionText(opinion)),
  DiskEncryptionReported: ({ encrypted }) =>
    said(encrypted ? 'The disk of the host is encrypted.' : 'The disk of the host is not encrypted.'),
  AgentEnrolled: ({ agent, version }) => said(`The agent ${agent}${version === null ? '' : ` ${version}`} enrolled on the host.`),
  IdentityConflictDetected: ({ agent, instances }) =>
    said(
      `${String(instances.length)} machines enroll as this host with ${agent}.`,
      'They were cloned, or share an identifier; each takes the key of the other.',
    ),
  CarveStarted: ({ carve, size }) =>
    said(`The agent began to hand over files of the host: carve ${carve}, ${String(size)} bytes.`),
  CarveViewed: ({ carve }) => said(`The files of carve ${carve} were fetched.`, 'An admin asked for them.'),
  WindowsDeviceEnrolled: ({ deviceId, userName, by, termsAccepted }) =>
    said(
      `Windows enrolled as the device ${deviceId}${userName === null ? '' : ` of ${userName}`}${termsAccepted ? ', who accepted the terms of use' : ''}.`,
      windowsWays[by],
    ),
  HardwareIdCollided: ({ with: other, name, formerName }) =>
    said(
      other === null
        ? `The device ${name ?? 'without a name'} enrolled with the hardware id of ${formerName ?? 'a device without a name'}, in its place.`
        : `The device has the same hardware id as host ${other}.`,
      'It was renamed, or both were made from one image that was not generalised.',
    ),
  HostsMerged: ({ absorbed, because }) =>
    said(`Host ${absorbed} is the same device and was merged into this one.`, merges[because]),
  HostsSplit: ({ absorbed }) =>
    said(`Host ${absorbed} is a device of its own again and was split off this one.`, 'An admin asked for it.'),
  HostMergedAway: ({ into, because }) =>
    said(`The host is the same device as host ${into}, and lives on there.`, merges[because]),
  HostCameBack: ({ from, because }) =>
    said(
      `The host stands for itself again; it had been merged into host ${from}.`,
      because === 'asked' ? 'An admin asked for it.' : 'Its device enrolled by itself.',
    ),
  HostDescribed: ({ facts, source }) => said(`The host told new facts: ${factsText(facts)}.`, sources[source]),
  EnrollmentStarted: ({ epoch, because }) => said(`Enrollment ${String(epoch)} of the host began.`, beginnings[because]),
  AuthenticatedAgain: () =>
    said(
      'The host authenticated again with a certificate that it had before.',
      'Its next token will tell whether it begins anew.',
    ),
  IdentityEndSeen: ({ notAfter }) =>
    said(`The identity certificate of the host ends at ${notAfter}.`, 'It said so itself: another authority issued it.'),
  IdentityRenewed: ({ by, notAfter }) =>
    said(
      `The host goes on under a new identity certificate${notAfter === null ? '' : `, which ends at ${notAfter}`}.`,
      renewals[by],
    ),
  ChannelOpened: ({ channel, user }) =>
    said(
      channel === deviceChannel
        ? 'The host is enrolled and told where it can be woken.'
        : `The user ${user?.shortName ?? channel} of the host told where it can be woken.`,
    ),
  PushTokenChanged: ({ channel }) => said(`${subjectOf(channel)} has a new push token.`),
  PushRefused: ({ channel, reason }) => notWoken(subjectOf(channel), reason),
  PushTaken: ({ channel }) => said(`${subjectOf(channel)} can be woken again.`, 'The push service took a push to it.'),
  ChannelClosed: ({ channel }) =>
    said(`${subjectOf(channel)} can no longer be reached.`, 'The push service says that it no longer takes pushes.'),
  HostReleased: ({ because }) =>
    said('The host left its setup assistant.', because === 'told' ? 'It said so.' : 'It was told that it may.'),
  UnenrollmentRequested: () => said('The host is asked to leave.', 'An admin asked for it.'),
  UnlockTokenEscrowed: () => said('The host gave a new unlock token into custody.'),
  HostReadmitted: () => said('The agent of the host may enroll it again.', 'An admin readmitted it.'),
  EnrollmentEnded: ({ because }) => said('The enrollment of the host ended.', endings[because]),

  BootstrapTokenEscrowed: () => said('The host gave its bootstrap token into custody.'),
  BootstrapTokenWithdrawn: ({ because }) =>
    said(
      because === 'enrolled-again'
        ? 'The bootstrap token of the enrollment before was put away.'
        : 'The host took its bootstrap token back.',
    ),
  EscrowedSecretViewed: () => said('Something that the host gave into custody was shown.', 'An admin asked for it.'),
  BootstrapTokenRead: () => said('The host asked for its bootstrap token.'),

  IdentityRenewalRequested: ({ attempt, because }) =>
    said(
      `The host is asked to renew its identity certificate (attempt ${String(attempt)}).`,
      because === 'asked' ? 'An admin asked for it.' : 'The certificate will end within half a year.',
    ),
  IdentityRenewalFailed: ({ attempt, detail }) =>
    said(`Renewing the identity certificate failed (attempt ${String(attempt)}).`, detail),

  LockRequested: ({ means }) => said(locks[means], 'An admin asked for it.'),
  HostLocked: () => said('The host is locked.', 'It acknowledged the command.'),
  LockFailed: ({ detail }) => said('The host was not locked.', detail),
  UnlockRequested: ({ commandId }) =>
    said(
      'The host is to be unlocked.',
      commandId === null ? 'An admin asked for it; a person must type the PIN.' : 'An admin asked for it.',
    ),
  HostUnlocked: ({ because }) => said('The host is unlocked.', unlocks[because]),
  UnlockFailed: ({ detail }) => said('The host was not unlocked.', detail),
  WipeRequested: () => said('The host is to be wiped.', 'An admin asked for it.'),
  HostWiped: () => said('The host wipes itself.', 'It acknowledged the command.'),
  WipeFailed: ({ detail }) => said('The host was not wiped.', detail),
  PinViewed: () => said('The PIN of the host was shown.', 'An admin asked for it.'),

  TokenIssued: ({ watch }) =>
    said(
      watch === null
        ? 'The host was given a token for its managed account.'
        : `The host was given a token for the watch ${watch}.`,
    ),

  DeclarationsAnnounced: () => said('The host is told to fetch its declarations.'),
  DeclarationsAssigned: ({ assigned, withdrawn }) =>
    said(
      `The host is to declare ${String(assigned.length)} more or other, and ${String(withdrawn.length)} no more.`,
      `Its team's settings changed: ${[...assigned.map(({ identifier }) => identifier), ...withdrawn].slice(0, 5).join(', ')}.`,
    ),
  DeclarationsTaken: ({ profileIds }) =>
    said(`The host goes to fetch its declarations (${String(profileIds.length)} news).`, 'It acknowledged the command.'),
  DeclarationsDropped: ({ profileIds, because }) =>
    said(`The host no longer has the declarations ${profileIds.slice(0, 5).join(', ')}.`, dropping[because]),
  DeclarationsUnreported: ({ profileIds, detail }) =>
    said(`The declarations ${profileIds.slice(0, 5).join(', ')} count as failed on the host.`, detail),
  DeclarationResendAsked: ({ profileId }) =>
    said(`The declaration ${profileId} is to be sent to the host again.`, 'An admin asked for it.'),
  DeclarationsReported: ({ changed, gone }) =>
    said(
      `The host reported its declarations: ${[
        ...changed.map(({ identifier, status }) => `${identifier} is ${status}`),
        ...gone.map((identifier) => `${identifier} is gone`),
      ]
        .slice(0, 5)
        .join(', ')}.`,
    ),
  StatusReported: ({ items }) =>
    said(
      `The host reported: ${Object.entries(items)
        .slice(0, 8)
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(', ')}.`,
    ),

  LabelMembershipChanged: ({ joined, left, learned, because }) =>
    said(
      `The labels of the host changed: ${[
        ...joined.map((label) => `in ${label}`),
        ...left.map((label) => `out of ${label}`),
        ...(joined.length + left.length === 0 ? [`${String(learned.length)} answered for the first time`] : []),
      ]
        .slice(0, 8)
        .join(', ')}.`,
      labelling[because],
    ),
  HostTransferred: ({ teamId, from, because }) =>
    said(`The host moved from ${teamText(from)} to ${teamText(teamId)}.`, transfers[because]),

  CommandsQueued: ({ commands }) => said(`${queuedText(commands)} for the host.`, reasonsText(commands)),
  CommandSent: ({ commandId, attempt }) =>
    said(
      `The command ${commandId} was handed to the host${attempt === undefined ? '' : ` again (${String(attempt)} times by now)`}.`,
    ),
  CommandDeferred: ({ commandId }) => said(`The host put off the command ${commandId}.`, 'It said that it cannot do it now.'),
  CommandHeld: ({ commandId, because }) => said(`The command ${commandId} was held back.`, holdReasons[because]),
  CommandAnswered: ({ commandId, outcome, errors, late, code }) =>
    said(
      `The host ${code === '202' ? 'accepted' : outcomes[outcome]} the command ${commandId}${late ? ', which was cancelled already' : ''}.`,
      errors[0] === undefined ? codeText(code) : `${errors[0].domain} (${String(errors[0].code)}): ${errors[0].description}`,
    ),
  CommandsCancelled: ({ commandIds, because }) =>
    said(
      commandIds.length === 1
        ? `The command ${String(commandIds[0])} was cancelled.`
        : `${String(commandIds.length)} commands were cancelled.`,
      cancelReasons[because],
    ),
  UnknownCommandReported: ({ commandId }) => said(`The host answered a command ${commandId} that this server never gave it.`),

  HostForgotten: (data) => said('The host was forgotten.', whyForgotten(data)),
  HostKeyDestroyed: () => said('The key of the host was destroyed: what was sealed with it can be read no more.'),
}

const named = ({ name, serial }: HostFacts): string => {
  if (name !== undefined) return serial === undefined ? ` ${name}` : ` ${name} (${serial})`
  return serial === undefined ? '' : ` with the serial number ${serial}`
}

const factWords: Readonly<Record<keyof HostFacts, string>> = {
  serial: 'serial number',
  name: 'name',
  model: 'model',
  productName: 'product',
  osVersion: 'system version',
  buildVersion: 'build',
  supervised: 'supervision',
}

const factsText = (facts: HostFacts): string =>
  Object.entries(facts)
    .map(([fact, value]) => `${factWords[fact as keyof HostFacts]} ${value}`)
    .join(', ')

const subjectOf = (channel: Channel): string => (channel === deviceChannel ? 'The host' : `The user ${channel} of the host`)

const teamText = (teamId: string): string => (teamId === noTeam ? 'no team' : `team ${teamId}`)

const queuedText = (commands: readonly QueuedCommand[]): string => {
  const [first] = commands
  return commands.length === 1 && first !== undefined
    ? `${requestText(first.request)} was queued`
    : `${String(commands.length)} commands were queued (${[...new Set(commands.map(({ request }) => requestText(request)))]
        .slice(0, 5)
        .join('; ')})`
}

const reasonsText = (commands: readonly QueuedCommand[]): string =>
  [...new Set(commands.map(({ reason }) => reasonText(reason)))].join(' ')
