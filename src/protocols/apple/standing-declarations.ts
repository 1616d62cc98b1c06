import type { Declaration } from './declarations.ts'

/** What a device reports by itself once it is asked to; names of Apple's status items. */
const subscribed = [
  'device.identifier.serial-number',
  'device.model.identifier',
  'device.operating-system.version',
  'device.operating-system.build-version',
  'passcode.is-compliant',
  'passcode.is-present',
  'softwareupdate.install-state',
  'softwareupdate.pending-version',
  'softwareupdate.failure-reason',
] as const

const prefix = 'com.muster.standing'

/** The declarations that every device has, whatever its settings: who manages it, and what it is to tell of itself. */
export const standingDeclarations = ({ organization }: Readonly<{ organization: string }>): readonly Declaration[] => [
  {
    Type: 'com.apple.management.organization-info',
    Identifier: `${prefix}.organization`,
    Payload: { Name: organization },
  },
  {
    Type: 'com.apple.configuration.management.status-subscriptions',
    Identifier: `${prefix}.status`,
    Payload: { StatusItems: subscribed.map((Name) => ({ Name })) },
  },
  {
    Type: 'com.apple.activation.simple',
    Identifier: `${prefix}.activation`,
    Payload: { StandardConfigurations: [`${prefix}.status`] },
  },
]
