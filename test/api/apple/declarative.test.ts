import assert from 'node:assert/strict'
import { declarativeManagement } from '../../../src/api/apple/declarative.ts'
import type { App } from '../../../src/app/app.ts'
import type { DeclarationState } from '../../../src/domain/declarations/events.ts'
import { declarationSet } from '../../../src/protocols/apple/declarations.ts'
import { testCause } from '../../support/app.ts'

type Item = Readonly<Record<string, unknown>>

/** What the server makes of a report of a device that was given these activations, by what they put in force. */
const heard = async (
  kinds: Readonly<Record<string, readonly Item[]>>,
  activations: Readonly<Record<string, readonly string[]>> = {},
): Promise<readonly DeclarationState[]> => {
  let told: readonly DeclarationState[] = []
  const execute = ((_decider: unknown, _id: string, command: { data: { declarations: readonly DeclarationState[] } }) => {
    told = command.data.declarations
    return Promise.resolve({ events: [], position: null, state: {} })
  }) as unknown as App['execute']
  const set = declarationSet(
    Object.entries(activations).map(([Identifier, StandardConfigurations]) => ({
      ...{ Type: 'com.apple.activation.simple', Identifier, Payload: { StandardConfigurations } },
    })),
  )
  const answer = declarativeManagement({ execute }, () => Promise.resolve({ set, since: new Date(0) }))
  const report = { StatusItems: { management: { declarations: kinds } }, Errors: [] }
  const message = { Endpoint: 'status', Data: Buffer.from(JSON.stringify(report)) } as unknown as Parameters<typeof answer>[0]
  await answer(message, { hostId: '1', channel: 'device' }, testCause())
  return told
}

const item = (more: Item = {}): Item => ({
  identifier: 'com.example.passcode',
  'server-token': 'token-1',
  active: true,
  valid: 'valid',
  ...more,
})

describe('A status report', () => {
  for (const [what, reported, status] of [
    ['active and valid', item(), 'verified'],
    [
      'invalid',
      item({ valid: 'invalid', active: false, reasons: [{ code: 'Error.ConfigurationIsInvalid', description: 'No.' }] }),
      'failed',
    ],
    ['of unknown validity', item({ valid: 'unknown', active: false }), 'verifying'],
    ['inactive without a reason', item({ active: false }), 'verifying'],
    ['not activated', item({ active: false, reasons: [{ code: 'Error.ActivationFailed', description: 'No.' }] }), 'failed'],
    [
      'not activated, in capitals',
      item({ active: false, reasons: [{ Code: 'Error.ActivationFailed', Description: 'No.' }] }),
      'failed',
    ],
    [
      'of a type that the system does not know',
      item({ active: false, valid: 'unknown', reasons: [{ code: 'Error.UnknownDeclarationType', description: 'No.' }] }),
      'failed',
    ],
  ] as const)
    it(`of a configuration that is ${what} means ${status}`, async () => {
      const [state] = await heard({ configurations: [reported] })
      assert.deepEqual([state?.identifier, state?.token, state?.status], ['com.example.passcode', 'token-1', status])
    })

  it('says that a predicate is false: then the settings are where they should be, and not in force', async () => {
    const failed = item({ active: false, reasons: [{ code: 'Error.ActivationFailed', description: 'No.' }] })
    const activation = item({
      identifier: 'com.example.passcode.activation',
      active: false,
      reasons: [{ code: 'Info.Predicate', description: 'False.' }],
    })
    const states = await heard({ configurations: [failed], activations: [activation] })
    const state = states.find(({ identifier }) => identifier === 'com.example.passcode')
    assert.equal(state?.status, 'verified')
    assert.match(state.detail ?? '', /predicate/)
  })

  it("says so of an admin's own activation, which the reason names", async () => {
    const details = { ActivationIdentifier: 'com.example.at-work' }
    const failed = item({ active: false, reasons: [{ Code: 'Error.ActivationFailed', Description: 'No.', Details: details }] })
    const predicate = { active: false, reasons: [{ code: 'Info.Predicate', description: 'False.' }] }
    const activations = [item({ identifier: 'com.example.at-work', ...predicate })]
    assert.deepEqual((await heard({ configurations: [failed], activations })).map(({ status }) => status).sort(), [
      'verified',
      'verified',
    ])
    const others = [item({ identifier: 'com.example.elsewhere', ...predicate })]
    const [state] = (await heard({ configurations: [failed], activations: others })).filter(
      ({ identifier }) => identifier === 'com.example.passcode',
    )
    assert.equal(state?.status, 'failed')
  })

  const atWork = { 'com.example.at-work': ['com.example.other', 'com.example.passcode'] }
  const idle = (reasons: readonly object[], valid = 'valid') =>
    item({ identifier: 'com.example.at-work', active: false, valid, reasons })
  const predicate = [{ code: 'Info.Predicate', description: 'False.' }]
  for (const [what, configuration, activation, status, detail] of [
    ['of unknown validity', { valid: 'unknown' }, idle(predicate), 'verified', /predicate .* false/],
    ['that is valid', { valid: 'valid' }, idle(predicate), 'verified', /predicate .* false/],
    [
      'whose activation cannot be applied',
      { valid: 'valid' },
      idle([{ code: 'Error.PredicateFailed', description: 'Ill written.' }]),
      'failed',
      /Ill written/,
    ],
    [
      'whose activation is invalid',
      { valid: 'unknown' },
      idle([{ code: 'Error.MissingConfigurations', description: 'None.' }], 'invalid'),
      'failed',
      /None/,
    ],
    ['whose activation keeps its reasons to itself', { valid: 'valid' }, idle([]), 'verifying', null],
  ] as const)
    it(`[case B3] of a configuration ${what}, with nothing said of why it is idle, takes the outcome of the admin's own activation`, async () => {
      const report = { configurations: [item({ active: false, ...configuration })], activations: [activation] }
      const state = (await heard(report, atWork)).find(({ identifier }) => identifier === 'com.example.passcode')
      assert.equal(state?.status, status)
      if (detail !== null) assert.match(state.detail ?? '', detail)
    })

  it('[case B3] of a configuration whose activation failed with an error of its own means failed', async () => {
    const error = [{ code: 'Error.ActivationFailed', description: 'Its activation failed.' }]
    const report = { configurations: [item({ active: false, reasons: error })], activations: [idle([])] }
    const state = (await heard(report, atWork)).find(({ identifier }) => identifier === 'com.example.passcode')
    assert.equal(state?.status, 'failed')
    assert.match(state.detail ?? '', /Its activation failed/)
  })

  it('[case B3] of a configuration that another activation puts in force is not taken from the idle one', async () => {
    const both = { ...atWork, 'com.example.always': ['com.example.passcode'] }
    const activations = [idle(predicate), item({ identifier: 'com.example.always' })]
    const report = { configurations: [item({ active: false })], activations }
    const state = (await heard(report, both)).find(({ identifier }) => identifier === 'com.example.passcode')
    assert.equal(state?.status, 'verifying')
  })

  it('of an asset that is valid means verified', async () => {
    const [state] = await heard({ assets: [item({ active: false })] })
    assert.equal(state?.status, 'verified')
  })

  for (const [valid, reasons, status] of [
    ['valid', [], 'verified'],
    ['invalid', [], 'failed'],
    ['unknown', [], 'verifying'],
    ['unknown', [{ code: 'Error.Something', description: 'No.' }], 'failed'],
  ] as const)
    it(`of a management declaration that is ${valid}${reasons.length > 0 ? ' with reasons' : ''} means ${status}, though it is never active`, async () => {
      const [state] = await heard({ management: [item({ active: false, valid, reasons })] })
      assert.equal(state?.status, status)
    })
})
