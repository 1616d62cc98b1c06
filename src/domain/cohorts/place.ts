import type { Host } from '../host/host.ts'
import { builtInLabels } from '../labels/built-in.ts'
import type { Platform } from '../platforms.ts'
import type { Place } from './desired.ts'

/** Where a host belongs, as its own stream tells it. The built-in labels are told by its platform. */
export const placeOf = ({ enrollment, membership, labels }: Pick<Host, 'enrollment' | 'membership' | 'labels'>): Place => ({
  family: families[enrollment.platform],
  teamId: membership.teamId,
  enrolled: enrollment.stage === 'enrolled',
  labels: new Set([...builtInOf(enrollment.platform), ...labels.members]),
  known: labels.known,
})

const families: Readonly<Record<Platform, string>> = {
  darwin: 'apple',
  ios: 'apple',
  ipados: 'apple',
  windows: 'windows',
  linux: 'none',
}

const builtInOf = (of: Platform): readonly string[] =>
  builtInLabels.filter(({ platform }) => platform === null || platform === of).map(({ id }) => id)
