import type { LiveTarget, Target } from '../support/case.ts'
import { checkIn } from './check-in.ts'
import { cms } from './cms.ts'
import { device } from './device.ts'
import { edge } from './edge.ts'
import { plist } from './plist.ts'
import { scep } from './scep.ts'

export type TargetName = 'plist' | 'cms' | 'scep' | 'check-in' | 'edge' | 'device'

/** Every target: how it is started, and its share of all inputs. Sockets and databases are slow, readers are fast. */
export const targets: Readonly<Record<TargetName, Readonly<{ share: number; start: () => Promise<LiveTarget> }>>> = {
  scep: { share: 0.2, start: () => standing(scep) },
  cms: { share: 0.2, start: () => standing(cms) },
  edge: { share: 0.04, start: edge },
  device: { share: 0.02, start: device },
  plist: { share: 0.27, start: () => standing(plist) },
  'check-in': { share: 0.27, start: () => standing(checkIn) },
}

/** A target that needs no server. */
const standing = (target: Target): Promise<LiveTarget> =>
  Promise.resolve({ ...target, finish: () => Promise.resolve({ problems: [], notes: {} }), stop: () => Promise.resolve() })
