import assert from 'node:assert/strict'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

describe('A secret in settings', function () {
  this.timeout(90_000)
  let server: TestServer
  let fleet: AppleFleet

  before(async () => {
    server = await startServer()
    fleet = await story.enrolledFleet(server, { count: 2, seed: 'secret' })
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
  })

  const extra = '<key>Password</key><string>$FLEET_SECRET_PSK</string>'
  const held = () => fleet.devices.map((device) => device.installed()[0]?.sha256)
  const allHold = (password: string) => {
    const filled = story.profileCalled('wifi', extra.replace('$FLEET_SECRET_PSK', password))
    return eventually(`every Mac has the profile with ${password}`, async () => {
      await fleet.connectAll()
      return held().every((sha256) => sha256 === story.sha256Of(filled))
    })
  }
  const [value, nextValue] = ['one & only', 'another one'] as const

  it('reaches the Macs and nobody else, and reaches them again when it is changed', async () => {
    const { client } = server
    await client.secrets.put([{ name: 'PSK', value }])
    const profileId = await story.upload(client, story.profileCalled('wifi', extra))
    await allHold('one &amp; only')
    await story.settled(client, profileId, fleet.devices.length)

    await client.secrets.put([{ name: 'PSK', value: nextValue }])
    await allHold(nextValue)
    await story.settled(client, profileId, fleet.devices.length)

    const [device] = fleet.devices
    const history = await story.historyOf(client, device ?? assert.fail('There is no Mac.'))
    const installs = () => story.typesIn(history).filter((type) => type === 'ProfileInstalled').length
    assert.equal(installs(), 2)
    const said = JSON.stringify([history, await client.activities(), await client.commands.list()])
    assert.ok(!said.includes(nextValue) && !said.includes('one & only') && !said.includes('one &amp; only'))
  })

  it('changes what is declared too', async () => {
    const { client } = server
    const declaration = {
      Type: 'com.apple.configuration.passcode.settings',
      Identifier: 'com.example.passcode',
      Payload: { CustomRegex: { Regex: '${FLEET_SECRET_REGEX}' } },
    }
    await client.secrets.put([{ name: 'REGEX', value: '"[a-z]"' }])
    const bytes = Buffer.from(JSON.stringify(declaration))
    const uuid = await client.profiles.upload({ name: 'Passcode.json', bytes }, null)
    const verified = () =>
      eventually('every Mac reported it', async () => {
        await fleet.connectAll()
        return (await client.profiles.status(uuid)).verified === fleet.devices.length
      })
    const token = () =>
      fleet.devices[0]?.declarations().find(({ identifier }) => identifier === declaration.Identifier)?.serverToken
    await verified()
    const before = token()
    assert.ok(before)
    await client.secrets.put([{ name: 'REGEX', value: '[0-9]' }])
    await eventually('the Macs fetched it again', async () => {
      await fleet.connectAll()
      return token() !== before
    })
    await verified()
  })

  it('is declared as the number that it is, and all numbers in the figures that they were written with [case F1]', async () => {
    const { client } = server
    await client.secrets.put([{ name: 'MINUTES', value: '9007199254740993' }])
    const payload =
      '{"maximumGracePeriodInMinutes": $FLEET_SECRET_MINUTES, "x": [18446744073709551615, 1.0, 1e3], "y": "\\u0041"}'
    const text = `{"Type":"com.apple.configuration.passcode.settings","Identifier":"com.example.figures","Payload":${payload}}`
    await client.profiles.upload({ name: 'Figures.json', bytes: Buffer.from(text) }, null)
    const held = () => fleet.devices[0]?.declarations().find(({ identifier }) => identifier === 'com.example.figures')
    await eventually('the Mac fetched it', async () => {
      await fleet.connectAll()
      return held() !== undefined
    })
    const written = held()?.written ?? ''
    assert.ok(written.includes(`"Payload":${payload.replace('$FLEET_SECRET_MINUTES', '9007199254740993')}`), written)
  })
})
