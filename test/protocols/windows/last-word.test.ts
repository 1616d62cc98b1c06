import assert from 'node:assert/strict'
import type { Claimant } from '../../../src/protocols/windows/last-word.ts'
import { claimsIn, lostClaims } from '../../../src/protocols/windows/last-word.ts'

const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const set = (locUri: string, data: string, format = 'int', verb = 'Replace') =>
  `<${verb}><Item><Target><LocURI>${locUri}</LocURI></Target><Meta><Format xmlns="syncml:metinf">${format}</Format></Meta><Data>${data}</Data></Item></${verb}>`
const profile = (profileId: string, since: string, content: string, name = profileId): Claimant => ({
  ...{ profileId, name, since },
  claims: claimsIn(content),
})
const early = '2026-03-01T12:00:00.000Z'
const late = '2026-03-01T12:00:00.001Z'

describe('The last word on a node that several Windows profiles set', () => {
  const cases: readonly (readonly [string, readonly Claimant[], Readonly<Record<string, string>>])[] = [
    ['has who was uploaded last', [profile('b', early, set(camera, '0')), profile('a', late, set(camera, '1'))], { b: 'a' }],
    [
      'has, of two uploaded at one time, who is called last',
      [profile('a', early, set(camera, '0'), 'Z'), profile('b', early, set(camera, '1'), 'A')],
      { b: 'a' },
    ],
    [
      'is one for all spellings of the node, for Add and Replace',
      [
        profile('a', early, set('./vendor/msft/policy/config/camera/allowcamera', '0', 'int', 'Add')),
        profile('b', late, set(camera, '1')),
      ],
      { a: 'b' },
    ],
    ['takes nothing from who says the same', [profile('a', early, set(camera, '01')), profile('b', late, set(camera, '1'))], {}],
    [
      'takes nothing from who says the same in other words',
      [profile('a', early, set(camera, 'true', 'bool')), profile('b', late, set(camera, '1', 'bool'))],
      {},
    ],
    ['is not about other nodes', [profile('a', early, set('./A', '0')), profile('b', late, set('./B', '1'))], {}],
    [
      'is not about nodes that hold others',
      [profile('a', early, set('./A', '', 'node', 'Add')), profile('b', late, set('./A', 'x', 'node', 'Add'))],
      {},
    ],
    ['is not about the other side', [profile('a', early, set('./User/A', '0')), profile('b', late, set('./A', '1'))], {}],
    [
      'has one of three',
      [profile('a', early, set(camera, '0')), profile('b', early, set(camera, '1')), profile('c', late, set(camera, '1'))],
      { a: 'c' },
    ],
  ]
  for (const [what, all, expected] of cases)
    it(`${what} [case C1]`, () => {
      for (const order of [all, all.toReversed()])
        assert.deepEqual(
          Object.fromEntries([...lostClaims(order)].map(([loser, nodes]) => [loser, nodes[0]?.to.profileId])),
          expected,
        )
    })
})
