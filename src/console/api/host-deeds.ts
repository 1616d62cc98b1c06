import { call } from './http.ts'
import { useWriting } from './writing.ts'

/** What may be done to one host. */
export type Deed = 'refetch' | 'lock' | 'unlock' | 'wipe' | 'clear_passcode' | 'renew' | 'unenroll'

export type DeedOutcome = Readonly<{ unlock_pin?: string }>

const requests: Readonly<Record<Deed, (id: string, message: string) => Promise<DeedOutcome>>> = {
  refetch: (id) => call('POST', `/hosts/${id}/refetch`),
  lock: (id, message) =>
    call('POST', `/hosts/${id}/lock`, { query: { view_pin: true }, json: message === '' ? {} : { message } }),
  unlock: (id) => call('POST', `/hosts/${id}/unlock`, { json: {} }),
  wipe: (id) => call('POST', `/hosts/${id}/wipe`, { json: {} }),
  clear_passcode: (id) => call('POST', `/hosts/${id}/clear_passcode`),
  renew: (id) => call('POST', `/hosts/${id}/mdm/renewals`),
  unenroll: (id) => call('DELETE', `/hosts/${id}/mdm`),
}

const told: Readonly<Record<Deed, string>> = {
  refetch: 'The host is asked for its profiles.',
  lock: 'The host is to lock itself.',
  unlock: 'The host is to be unlocked.',
  wipe: 'The host is to erase itself.',
  clear_passcode: 'The passcode is to be cleared.',
  renew: 'The host is to renew its identity.',
  unenroll: 'The host is asked to leave.',
}

export const useHostDeed = (id: string) =>
  useWriting<Readonly<{ deed: Deed; message?: string }>, DeedOutcome>({
    write: ({ deed, message = '' }) => requests[deed](id, message),
    done: (_, { deed }) => told[deed],
  })

export const useResend = (id: string) =>
  useWriting<string>({
    write: (profileUuid) => call('POST', `/hosts/${id}/configuration_profiles/${profileUuid}/resend`),
    done: () => 'The profile is sent again.',
  })

export const useCancelCommand = (id: string) =>
  useWriting<string>({
    write: (commandUuid) => call('DELETE', `/hosts/${id}/commands/${encodeURIComponent(commandUuid)}`),
    done: () => 'The command was taken back.',
  })
