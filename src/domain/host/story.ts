import type { OfType, Recorded } from '../../kernel/event.ts'
import type { CancelReason, CommandOutcome, QueuedCommand, Reason } from '../commands/events.ts'
import { requestText } from '../commands/words.ts'
import type { EndReason, EnrollmentReason, FactSource, HostFacts } from '../enrollment/events.ts'
import type { Channel } from '../platforms.ts'
import { deviceChannel } from '../platforms.ts'
import { noTeam } from '../teams/events.ts'
import type { HostEvent } from './events.ts'

type Story = Readonly<{ [T in HostEvent['type']]: (data: OfType<HostEvent, T>['data']) => Told }>

/** What happened in one plain sentence, and why in another where the event says it. */
export type Told = Readonly<{ sentence: string; why: string | null }>

/** Tells an event of a host's stream to people. Null for a type that this version does not know. */
export const tell = ({ type, data }: Pick<Recorded, 'type' | 'data'>): Told | null =>
  Object.hasOwn(story, type) ? story[type as HostEvent['type']](data as never) : null

/** One line per event that can happen to a host; a missing one does not compile. */
export const story: Story = {
  HostDiscovered: ({ facts, platform }) =>
    said(`The host${named(facts)} became known to this server, running ${platform}.`, 'It announced itself with Authenticate.'),
  HostDescribed: ({ facts, source }) => said(`The host told new facts: ${factsText(facts)}.`, sources[source]),
  EnrollmentStarted: ({ epoch, because }) => said(`Enrollment ${String(epoch)} of the host began.`, beginnings[because]),
  AuthenticatedAgain: () =>
    said(
      'The host authenticated again with a certificate that it had before.',
      'Its next token will tell whether it begins anew.',
    ),
  IdentityRenewed: ({ by, notAfter }) =>
    said(
      `The host goes on under a new identity certificate${notAfter === null ? '' : `, which ends at ${notAfter}`}.`,
      renewals[by],
    ),
  ChannelOpened: ({ channel, user }) =>
    said(
      channel === deviceChannel
        ? 'The host is enrolled and can be reached by push.'
        : `The user ${user?.shortName ?? channel} of the host can be reached by push.`,
    ),
  PushTokenChanged: ({ channel }) => said(`${subjectOf(channel)} has a new push token.`),
  ChannelClosed: ({ channel }) =>
    said(`${subjectOf(channel)} can no longer be reached.`, 'The push service says that it no longer takes pushes.'),
  HostReleased: ({ because }) =>
    said('The host left its setup assistant.', because === 'told' ? 'It said so.' : 'It was told that it may.'),
  UnenrollmentRequested: () => said('The host is asked to leave.', 'An admin asked for it.'),
  UnlockTokenEscrowed: () => said('The host gave a new unlock token into custody.'),
  EnrollmentEnded: ({ because }) => said('The enrollment of the host ended.', endings[because]),

  BootstrapTokenEscrowed: () => said('The host gave its bootstrap token into custody.'),
  BootstrapTokenWithdrawn: () => said('The host took its bootstrap token back.'),
  EscrowedSecretViewed: () => said('Something that the host gave into custody was shown.', 'An admin asked for it.'),
  BootstrapTokenRead: () => said('The host asked for its bootstrap token.'),

  IdentityRenewalRequested: ({ attempt, because }) =>
    said(
      `The host is asked to renew its identity certificate (attempt ${String(attempt)}).`,
      because === 'asked' ? 'An admin asked for it.' : 'The certificate will end within half a year.',
    ),
  IdentityRenewalFailed: ({ attempt, detail }) =>
    said(`Renewing the identity certificate failed (attempt ${String(attempt)}).`, detail),

  LockRequested: ({ means }) =>
    said(
      means === 'pin' ? 'The host is to be locked with a PIN.' : 'The host is to go into Lost Mode.',
      'An admin asked for it.',
    ),
  HostLocked: () => said('The host is locked.', 'It acknowledged the command.'),
  LockFailed: ({ detail }) => said('The host was not locked.', detail),
  UnlockRequested: ({ commandId }) =>
    said(
      'The host is to be unlocked.',
      commandId === null ? 'An admin asked for it; a person must type the PIN.' : 'An admin asked for it.',
    ),
  HostUnlocked: ({ because }) =>
    said(
      'The host is unlocked.',
      because === 'seen-again' ? 'It called again after its PIN was asked for.' : 'It left Lost Mode.',
    ),
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

  HostTransferred: ({ teamId, from, because }) =>
    said(`The host moved from ${teamText(from)} to ${teamText(teamId)}.`, transfers[because]),

  CommandsQueued: ({ commands }) => said(`${queuedText(commands)} for the host.`, reasonsText(commands)),
  CommandSent: ({ commandId }) => said(`The command ${commandId} was handed to the host.`),
  CommandDeferred: ({ commandId }) => said(`The host put off the command ${commandId}.`, 'It said that it cannot do it now.'),
  CommandAnswered: ({ commandId, outcome, errors, late }) =>
    said(
      `The host ${outcomes[outcome]} the command ${commandId}${late ? ', which was cancelled already' : ''}.`,
      errors[0] === undefined ? null : `${errors[0].domain} (${String(errors[0].code)}): ${errors[0].description}`,
    ),
  CommandsCancelled: ({ commandIds, because }) =>
    said(
      commandIds.length === 1
        ? `The command ${String(commandIds[0])} was cancelled.`
        : `${String(commandIds.length)} commands were cancelled.`,
      cancelReasons[because],
    ),
  UnknownCommandReported: ({ commandId }) => said(`The host answered a command ${commandId} that this server never gave it.`),

  ProfileInstalled: ({ profileId, status }) =>
    said(
      `The host installed the profile ${profileId}.`,
      status === 'verifying'
        ? 'It acknowledged the command; the profile has yet to be seen on it.'
        : 'It acknowledged the command.',
    ),
  ProfileInstallFailed: ({ profileId, attempt, willRetry, detail }) =>
    said(
      `The host refused the profile ${profileId} (attempt ${String(attempt)}); it will ${willRetry ? '' : 'not '}be tried again.`,
      detail,
    ),
  ProfileRemoved: ({ profileId, because }) => said(`The profile ${profileId} is gone from the host.`, removals[because]),
  ProfileRemovalFailed: ({ profileId, detail }) => said(`The host did not remove the profile ${profileId}.`, detail),
  ProfileKept: ({ from, to }) =>
    said(
      from === to ? `The host keeps the profile ${to}.` : `The host keeps the profile ${from}, which is now ${to}.`,
      'The bytes are the same, so nothing is sent.',
    ),
  ProfileForgotten: ({ profileId, because }) =>
    said(`The profile ${profileId} no longer counts as being on the host.`, forgetting[because]),
  ProfileRefused: ({ profileId, detail }) => said(`The profile ${profileId} cannot be given to the host.`, detail),
  ProfileResendAsked: ({ profileId }) =>
    said(`The profile ${profileId} is to be sent to the host again.`, 'An admin asked for it.'),
}

const said = (sentence: string, why: string | null = null): Told => ({ sentence, why })

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

const reasonText = (reason: Reason): string => {
  switch (reason.code) {
    case 'asked':
      return 'An admin asked for it.'
    case 'enrolled':
      return 'The host enrolled.'
    case 'profile-missing':
      return 'The host lacks a profile that its team has.'
    case 'profile-changed':
      return 'The content of a profile changed.'
    case 'profile-replaces':
      return `A profile takes the place of ${reason.profileId}.`
    case 'removal-reversed':
      return 'A profile that was being removed is wanted again.'
    case 'retried':
      return `An installation is tried again after ${String(reason.attempt)} failed ${reason.attempt === 1 ? 'attempt' : 'attempts'}.`
    case 'resend-asked':
      return 'An admin asked to send a profile again.'
    case 'declarations-changed':
      return 'What the host should declare changed.'
    case 'certificate-ends':
      return `Its identity certificate ends${reason.notAfter === null ? '' : ` at ${reason.notAfter}`}.`
    case 'no-longer-wanted':
      return 'The host has a profile that its team does not have.'
  }
}

const outcomes: Readonly<Record<CommandOutcome, string>> = {
  acknowledged: 'carried out',
  failed: 'failed to carry out',
  malformed: 'could not read',
}

const cancelReasons: Readonly<Record<CancelReason, string>> = {
  superseded: 'A newer command takes its place.',
  'no-longer-wanted': 'What it was for is no longer wanted.',
  'enrolled-again': 'The host enrolled again.',
  'enrollment-ended': 'The enrollment of the host ended.',
  asked: 'An admin took it back.',
  expired: 'The host did not answer before the deadline of the command.',
}

const beginnings: Readonly<Record<EnrollmentReason, string>> = {
  'first-enrollment': 'It is the first one.',
  'enrolled-again': 'The host enrolled again.',
  'authenticated-again': 'The host enrolled again, with a certificate that it had before.',
  'awaiting-configuration': 'The host stands in its setup assistant with a new token: it was erased.',
  'token-came-back': 'The host sent a token after the one before was found dead.',
  imported: 'It was brought over from another server.',
}

const renewals: Readonly<Record<OfType<HostEvent, 'IdentityRenewed'>['data']['by'], string>> = {
  profile: 'It installed its enrollment profile again.',
  scep: 'It asked the authority for it by itself.',
  adoption: 'It was brought over without one, and came with this.',
}

const endings: Readonly<Record<EndReason, string>> = {
  'checked-out': 'The host checked out.',
  'push-token-unregistered': 'The push service says that the host no longer takes pushes.',
  unenrolled: 'The host removed its enrollment profile, as it was asked to.',
  'unenrollment-unanswered': 'The host was asked to leave, and did not answer in time.',
}

const transfers: Readonly<Record<OfType<HostEvent, 'HostTransferred'>['data']['because'], string>> = {
  asked: 'An admin asked for it.',
  'team-deleted': 'Its team was deleted.',
  enrolled: 'The enrollment profile of the host named the team.',
}

const sources: Readonly<Record<FactSource, string>> = {
  authenticate: 'It told them while enrolling.',
  'device-information': 'It answered a question for them.',
  'status-report': 'It reported them by itself.',
}

const removals: Readonly<Record<OfType<HostEvent, 'ProfileRemoved'>['data']['because'], string>> = {
  removed: 'The host removed it.',
  'was-not-there': 'The host said that it was not installed.',
  'error-ignored': 'It was never sure to be installed, so the error of the host counts for nothing.',
}

const forgetting: Readonly<Record<OfType<HostEvent, 'ProfileForgotten'>['data']['because'], string>> = {
  'never-sent': 'It was never sent.',
  'never-landed': 'The host never installed it.',
  replaced: 'Another profile with the same identifier took its place.',
  'no-user-channel': 'It was for a user that can no longer be reached.',
}
