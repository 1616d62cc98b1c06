import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { json } from 'node:stream/consumers'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { setNode, windowsStory } from '../support/windows.ts'

const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const own = './Device/Vendor/MSFT/Policy/Config/Example/Own'

describe('The plan of a change to Windows profiles', function () {
  this.timeout(90_000)
  let server: TestServer

  before(async () => {
    server = await startServer()
  })
  after(() => server?.stop())

  it('names which would override which: of an upload, an edit and a deletion [case C1]', async () => {
    const story = await windowsStory(server)
    const device = story.pc('planned')
    await device.enroll()
    const first = await story.upload(
      'First',
      setNode('Replace', camera, '0') + setNode('Replace', own, '$FLEET_VAR_HOST_UUID', 'chr'),
    )
    await story.untilNodes(device, { [camera]: '0' })
    const planned = async (method: string, path: string, file?: Readonly<{ name: string; content: string }>) => {
      const form = new FormData()
      if (file !== undefined) form.append('profile', new Blob([file.content]), `${file.name}.xml`)
      const written = new Response(file === undefined ? null : form)
      const headers = { authorization: `Bearer ${server.token}`, 'content-type': written.headers.get('content-type') ?? '' }
      const outgoing = request(`${server.url}/api/v1/fleet${path}?plan=true`, { method, ca: server.caPem, headers })
      outgoing.end(Buffer.from(await written.arrayBuffer()))
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
      const { plan } = (await json(response)) as Readonly<{ plan: Readonly<{ hosts: number; warnings: readonly string[] }> }>
      return plan
    }
    const says = (winner: string, loser: string): string =>
      `On Windows hosts that have both, the profile ${winner} would override ${loser}, which is older: they set ${camera} to different values.`
    const add = (name: string, content: string) => planned('POST', '/configuration_profiles', { name, content })
    const same = setNode('Replace', camera, '00')
    assert.deepEqual((await add('Second', setNode('Replace', './vendor/msft/policy/config/camera/ALLOWCAMERA', '1'))).warnings, [
      says('Second', 'First'),
    ])
    assert.deepEqual((await add('Alike', same)).warnings, [])
    assert.deepEqual((await add('Elsewhere', setNode('Replace', `${own}2`, '1'))).warnings, [])
    await story.upload('Second', setNode('Replace', camera, '1'))
    await story.untilNodes(device, { [camera]: '1' })
    const path = `/configuration_profiles/${first}`
    const edited = await planned('PATCH', path, { name: 'First', content: setNode('Replace', camera, '2') })
    assert.deepEqual(edited.warnings, [says('First', 'Second')])
    assert.deepEqual((await planned('PATCH', path, { name: 'First', content: setNode('Replace', camera, '1') })).warnings, [])
    assert.deepEqual((await planned('DELETE', path)).warnings, [])
    assert.deepEqual((await add('Third', setNode('Replace', camera, '3'))).warnings, [
      says('Third', 'First'),
      says('Third', 'Second'),
    ])
  })
})
