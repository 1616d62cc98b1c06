import assert from 'node:assert/strict'
import { cspTree } from '../../src/simulators/windows/csp-tree.ts'

const user = './User/Vendor/MSFT/Policy/Config/Education/DefaultPrinterName'
const device = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'

describe('A simulated PC', () => {
  for (const [user_, device_, expected] of [
    [true, true, ['200', '200']],
    [false, true, ['405', '200']],
    [true, false, ['200', '405']],
  ] as const)
    it(`refuses with 405 what its session does not reach: user ${String(user_)}, device ${String(device_)} [case A1] [case L3]`, () => {
      const tree = cspTree({
        ...{ facts: {}, failures: () => undefined, exec: () => null },
        reaches: () => ({ user: user_, device: device_ }),
      })
      const codes = [user, device].map((target) => {
        const item = { target, source: null, format: 'chr', type: null, data: 'x', moreData: false }
        return tree.run({ name: 'Replace', cmdId: '1', items: [item] })[0]?.code
      })
      assert.deepEqual(codes, expected)
    })

  it('accepts with 202, and refuses with 413 what is larger than it takes [case L6] [case G4]', () => {
    const tree = cspTree({
      ...{ facts: {}, failures: () => undefined, exec: () => null, accepts: [device], maxObject: 3 },
      reaches: () => ({ user: true, device: true }),
    })
    const codes = ['abc', 'abcd'].map((data) => {
      const item = { target: device, source: null, format: 'chr', type: null, data, moreData: false }
      return tree.run({ name: 'Replace', cmdId: '1', items: [item] })[0]?.code
    })
    assert.deepEqual(codes, ['202', '413'])
  })
})
