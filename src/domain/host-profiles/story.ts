import type { OfType } from '../../kernel/event.ts'
import { forgetting, removals } from '../host/story-reasons.ts'
import type { Told } from '../host/told.ts'
import { said } from '../host/told.ts'
import type { HostProfileEvent } from './events.ts'

type Story = Readonly<{ [T in HostProfileEvent['type']]: (data: OfType<HostProfileEvent, T>['data']) => Told }>

/** What happened to the profiles on a host, for people: one line per event; a missing one does not compile. */
export const hostProfilesStory: Story = {
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
      from === to ? 'It was to leave, and the host was not told yet.' : 'The bytes are the same, so nothing is sent.',
    ),
  ProfileForgotten: ({ profileId, because }) =>
    said(`The profile ${profileId} no longer counts as being on the host.`, forgetting[because]),
  ProfileRefused: ({ profileId, detail }) => said(`The profile ${profileId} cannot be given to the host.`, detail),
  ProfilesObserved: ({ source, seen, missed, appeared, gone }) =>
    said(
      `${source === 'agent' ? 'The agent' : 'The host'} listed its profiles: ${[
        ...(seen.length === 0 ? [] : [`${String(seen.length)} seen as they should be`]),
        ...(missed.length === 0
          ? []
          : [
              `${missed
                .map(({ profileId }) => profileId)
                .slice(0, 5)
                .join(', ')} missing`,
            ]),
        ...(appeared.length === 0
          ? []
          : [
              `${appeared
                .map(({ identifier }) => identifier)
                .slice(0, 5)
                .join(', ')} found that nobody manages`,
            ]),
        ...(gone.length === 0 ? [] : [`${gone.slice(0, 5).join(', ')} found no longer`]),
      ].join('; ')}.`,
      missed[0]?.detail ?? null,
    ),
  ProfileResendAsked: ({ profileId }) =>
    said(`The profile ${profileId} is to be sent to the host again.`, 'An admin asked for it.'),
}
