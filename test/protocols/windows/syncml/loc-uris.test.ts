import assert from 'node:assert/strict'
import { nameOfSegment, normalLocUri } from '../../../../src/protocols/windows/syncml/loc-uris.ts'

describe('Two LocURIs', () => {
  for (const [one, other] of [
    ['./Device/Vendor/MSFT/A/B', './vendor/msft/a/b'],
    ['./Vendor/MSFT/My%20VPN/x', './Vendor/MSFT/my vpn/X'],
    ['./Vendor/MSFT/%41/x', './Vendor/MSFT/A/x'],
    [' ./Vendor/MSFT/A/x\n', './DEVICE/Vendor/MSFT/A/x'],
    ['./Vendor/MSFT/a%2Fb', './Vendor/MSFT/a%2fb'],
  ] as const)
    it(`mean one node: ${JSON.stringify(one)} and ${JSON.stringify(other)} [case G1]`, () => {
      assert.equal(normalLocUri(one), normalLocUri(other))
    })

  for (const [one, other] of [
    ['./Vendor/MSFT/a%2Fb', './Vendor/MSFT/a/b'],
    ['./Vendor/MSFT/a%252Fb', './Vendor/MSFT/a%2Fb'],
    ['./Vendor/MSFT/A%2F', './Vendor/MSFT/A'],
    ['./User/Vendor/MSFT/A', './Vendor/MSFT/A'],
  ] as const)
    it(`mean two nodes: ${one} and ${other} [case G1]`, () => {
      assert.notEqual(normalLocUri(one), normalLocUri(other))
    })

  it('stand for the names that were meant', () => {
    for (const name of ['a/b', 'a%2fb', '50%', 'my vpn', 'a/../b'])
      assert.equal(nameOfSegment(normalLocUri(`./${encodeURIComponent(name)}`).slice(2)), name)
  })
})
