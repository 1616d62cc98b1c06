import type { MergeReason } from '../merging/events.ts'
import type { OfType } from '../../kernel/event.ts'
import type { CancelReason, CommandOutcome, Reason } from '../commands/events.ts'
import type { EndReason, EnrollmentReason, FactSource, WindowsEnrolled } from '../enrollment/events.ts'
import type { HostEvent } from './events.ts'

/** Why a command was queued, for people. */
export const reasonText = (reason: Reason): string => {
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
    case 'secrets-changed':
      return 'A secret in a profile has another value.'
    case 'variables-changed':
      return 'What the variables in a profile stand for changed on this host.'
    case 'missing-on-host':
      return `A profile was missing on the host (${String(reason.attempt)} ${reason.attempt === 1 ? 'time' : 'times'}).`
    case 'verification':
      return 'The host acknowledged profiles that nobody has seen on it.'
    case 'declarations-changed':
      return 'What the host should declare changed.'
    case 'certificate-ends':
      return `Its identity certificate ends${reason.notAfter === null ? '' : ` at ${reason.notAfter}`}.`
    case 'no-longer-wanted':
      return 'The host has a profile that its team does not have.'
  }
}

export const outcomes: Readonly<Record<CommandOutcome, string>> = {
  acknowledged: 'carried out',
  failed: 'failed to carry out',
  malformed: 'could not read',
}

export const cancelReasons: Readonly<Record<CancelReason, string>> = {
  superseded: 'A newer command takes its place.',
  'no-longer-wanted': 'What it was for is no longer wanted.',
  'enrolled-again': 'The host enrolled again.',
  'enrollment-ended': 'The enrollment of the host ended.',
  asked: 'An admin took it back.',
  expired: 'The host did not answer before the deadline of the command.',
}

export const beginnings: Readonly<Record<EnrollmentReason, string>> = {
  'first-enrollment': 'It is the first one.',
  'enrolled-again': 'The host enrolled again.',
  'authenticated-again': 'The host enrolled again, with a certificate that it had before.',
  'awaiting-configuration': 'The host stands in its setup assistant with a new token: it was erased.',
  'token-came-back': 'The host sent a token after the one before was found dead.',
  imported: 'It was brought over from another server.',
}

export const renewals: Readonly<Record<OfType<HostEvent, 'IdentityRenewed'>['data']['by'], string>> = {
  profile: 'It installed its enrollment profile again.',
  scep: 'It asked the authority for it by itself.',
  adoption: 'It was brought over without one, and came with this.',
}

export const endings: Readonly<Record<EndReason, string>> = {
  'checked-out': 'The host checked out.',
  'push-token-unregistered': 'The push service says that the host no longer takes pushes.',
  unenrolled: 'The host left, as it was asked to.',
  'unenrollment-unanswered': 'The host was asked to leave, and did not answer in time.',
  forgotten: 'The host was forgotten while it was enrolled.',
}

export const transfers: Readonly<Record<OfType<HostEvent, 'HostTransferred'>['data']['because'], string>> = {
  asked: 'An admin asked for it.',
  'team-deleted': 'Its team was deleted.',
  enrolled: 'The enrollment profile of the host named the team.',
}

export const sources: Readonly<Record<FactSource, string>> = {
  authenticate: 'It told them while enrolling.',
  'device-information': 'It answered a question for them.',
  'status-report': 'It reported them by itself.',
  windows: 'Windows told so when it enrolled.',
  agent: 'Its agent told them.',
}

export const removals: Readonly<Record<OfType<HostEvent, 'ProfileRemoved'>['data']['because'], string>> = {
  removed: 'The host removed it.',
  'was-not-there': 'The host said that it was not installed.',
  'error-ignored': 'It was never sure to be installed, so the error of the host counts for nothing.',
}

export const labelling: Readonly<Record<OfType<HostEvent, 'LabelMembershipChanged'>['data']['because'], string>> = {
  reported: 'Its agent answered the queries of labels.',
  listed: 'An admin listed the hosts of the label.',
  vitals: 'What is known of the host matches, or no longer does.',
  'label-deleted': 'The label was deleted.',
}

export const dropping: Readonly<Record<OfType<HostEvent, 'DeclarationsDropped'>['data']['because'], string>> = {
  'no-longer-reported': 'It reports them no more.',
  'never-taken': 'It was told, and never spoke of them again.',
  replaced: 'Another declaration has its identifier now.',
  'no-user-channel': 'It was for a user that can no longer be reached.',
  'never-given': 'The host could not have it, and was never told of it.',
}

export const forgetting: Readonly<Record<OfType<HostEvent, 'ProfileForgotten'>['data']['because'], string>> = {
  'never-sent': 'It was never sent.',
  'never-landed': 'The host never installed it.',
  replaced: 'Another profile with the same identifier took its place.',
  'no-user-channel': 'It was for a user that can no longer be reached.',
}

/** Why two records were taken for one device. */
export const merges: Readonly<Record<MergeReason, string>> = {
  asked: 'An admin asked for it.',
  serial: 'The device told the serial number that only the other has.',
}

/** How a host became known. */
export const discoveries: Readonly<Record<'apple' | 'agent' | 'windows', string>> = {
  apple: 'It announced itself with Authenticate.',
  agent: 'Its agent enrolled.',
  windows: 'Windows asked for a certificate.',
}

/** Who let a Windows device in. */
export const windowsWays: Readonly<Record<WindowsEnrolled['by'], string>> = {
  agent: 'Its agent asked for it.',
  account: 'Its user joined with an account of the organisation.',
  page: 'Its user signed in on the enrolment page.',
}

export const locks: Readonly<Record<OfType<HostEvent, 'LockRequested'>['data']['means'], string>> = {
  pin: 'The host is to be locked with a PIN.',
  'lost-mode': 'The host is to go into Lost Mode.',
  script: 'The host is to be locked by a script of its agent.',
}

export const unlocks: Readonly<Record<OfType<HostEvent, 'HostUnlocked'>['data']['because'], string>> = {
  'seen-again': 'It called again after its PIN was asked for.',
  'lost-mode-ended': 'It left Lost Mode.',
  'script-ran': 'Its agent ran the script that unlocks it.',
}

/** Why a host was forgotten: in the words of who asked for it, where somebody did. */
export const whyForgotten = ({ because, reason }: OfType<HostEvent, 'HostForgotten'>['data']): string =>
  because === 'retention' ? 'Its enrollment ended longer ago than hosts are remembered.' : reason

/** What a Windows device said of a command that it took, where that is more than that it is done. */
export const codeText = (code: string | undefined): string | null =>
  code === undefined ? null : code === '202' ? 'It said 202: accepted, and still under way.' : `It said ${code}.`
