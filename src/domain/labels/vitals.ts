import type { Enrollment } from '../enrollment/state.ts'
import type { Criteria, Vital } from './events.ts'

/** True when the host has the vital that is asked for. What it never told matches nothing. */
export const matches = ({ vital, value }: Criteria, host: Enrollment): boolean => {
  const told = vitals[vital](host)
  return told?.toLowerCase() === value.trim().toLowerCase()
}

const vitals: Readonly<Record<Vital, (host: Enrollment) => string | null | undefined>> = {
  platform: ({ platform }) => platform,
  os_version: ({ facts }) => facts.osVersion,
  hardware_model: ({ facts }) => facts.productName,
  hardware_serial: ({ facts }) => facts.serial,
  hostname: ({ facts }) => facts.name,
  supervised: ({ facts }) => facts.supervised,
  end_user_idp_username: ({ terms }) => terms?.account?.managedAppleAccount,
}
