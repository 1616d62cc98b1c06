import type { LiveTarget, Target } from '../support/case.ts'
import { checkIn } from './check-in.ts'
import { cms } from './cms.ts'
import { device } from './device.ts'
import { edge } from './edge.ts'
import { plist } from './plist.ts'
import { scep } from './scep.ts'
import { windows } from './windows.ts'
import type { TargetName } from './shares.ts'

/** Every target, and how it is started. */
export const targets: Readonly<Record<TargetName, Readonly<{ start: () => Promise<LiveTarget> }>>> = {
  scep: { start: () => standing(scep) },
  cms: { start: () => standing(cms) },
  edge: { start: edge },
  device: { start: device },
  plist: { start: () => standing(plist) },
  windows: { start: () => standing(windows) },
  'check-in': { start: () => standing(checkIn) },
}

/** A target that needs no server. */
const standing = (target: Target): Promise<LiveTarget> =>
  Promise.resolve({ ...target, finish: () => Promise.resolve({ problems: [], notes: {} }), stop: () => Promise.resolve() })
