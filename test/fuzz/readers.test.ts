import assert from 'node:assert/strict'
import type { Target } from '../../fuzz/support/case.ts'
import { hunt } from '../../fuzz/support/hunt.ts'
import { checkIn } from '../../fuzz/targets/check-in.ts'
import { cms } from '../../fuzz/targets/cms.ts'
import { plist } from '../../fuzz/targets/plist.ts'
import { scep } from '../../fuzz/targets/scep.ts'

const targets: Readonly<Record<string, Readonly<{ target: Target; inputs: number }>>> = {
  plist: { target: plist, inputs: 2_000 },
  'check-in': { target: checkIn, inputs: 2_000 },
  cms: { target: cms, inputs: 1_000 },
  scep: { target: scep, inputs: 500 },
}

describe('What comes from outside, changed at random', function () {
  this.timeout(60_000)

  for (const [name, { target, inputs }] of Object.entries(targets))
    it(`is taken or refused, and nothing else: ${name}`, async () => {
      const { findings, accepted, refusals } = await hunt({ name, target, seed: 'suite', from: 0, to: inputs, slowMs: null })
      assert.deepEqual(findings, [])
      assert.ok(accepted > 0 && Object.keys(refusals).length > 1, 'The inputs are not odd enough, or too odd.')
    })
})
