import assert from 'node:assert/strict'
import { readXml } from '../../src/protocols/xml/read-xml.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import type { WindowsStory } from '../support/windows.ts'
import { windowsStory } from '../support/windows.ts'

const odd = `a<&"b']]>`

describe('A secret with signs that mean something', function () {
  this.timeout(90_000)
  let server: TestServer
  let story: WindowsStory

  before(async () => {
    server = await startServer()
    story = await windowsStory(server)
  })
  after(() => server?.stop())

  const at = (name: string) => `./Device/Vendor/MSFT/Policy/Config/Example/${name}`
  const set = (name: string, format: string, data: string) =>
    `<Replace><Item><Target><LocURI>${at(name)}</LocURI></Target><Meta><Format xmlns="syncml:metinf">${format}</Format></Meta>` +
    `<Data>${data}</Data></Item></Replace>`
  const limits = { field: 'value', maxBytes: 10_000, maxDepth: 10, maxElements: 100 }

  it('reaches a PC as it is: in text, in CDATA, in XML inside of either, and as a number [case F1]', async () => {
    await server.client.secrets.put([
      { name: 'ODD', value: odd },
      { name: 'NUM', value: '42' },
    ])
    const device = story.pc('odd')
    await device.enroll()
    await story.upload(
      'Odd',
      [
        set('Text', 'chr', '$FLEET_SECRET_ODD'),
        set('Section', 'chr', '<![CDATA[$FLEET_SECRET_ODD]]>'),
        set('Policy', 'chr', '&lt;enabled/&gt;&lt;data id="a" value="$FLEET_SECRET_ODD"/&gt;'),
        set('PolicySection', 'chr', '<![CDATA[<enabled/><data id="a" value="${FLEET_SECRET_ODD}"/>]]>'),
        set('Number', 'int', '$FLEET_SECRET_NUM'),
        set('Host', 'chr', '${FLEET_VAR_HOST_PLATFORM}'),
      ].join(''),
    )
    await story.untilNodes(device, { [at('Text')]: odd, [at('Section')]: odd, [at('Number')]: '42', [at('Host')]: 'windows' })
    for (const name of ['Policy', 'PolicySection']) {
      const value = device.tree.valueOf(at(name)) ?? ''
      const [, data] = readXml(Buffer.from(`<x>${value}</x>`), limits).children
      assert.equal(data?.attributes.find((one) => one.name === 'value')?.value, odd, value)
    }
  })

  it('is refused where it makes of a value what its format is not [case F1]', async () => {
    await assert.rejects(
      story.upload('Word', set('Word', 'int', '$FLEET_SECRET_ODD')),
      /its format is int, and it is no whole number/,
    )
    await assert.rejects(
      server.client.secrets.put([{ name: 'NUM', value: 'forty' }]),
      /The settings Odd could not take this value/,
    )
  })

  it('is not what makes a node of a reserved one: a LocURI is told with the reason [case G1]', async () => {
    for (const locUri of ['./Device/Vendor/MSFT/../MSFT/X', './Custom/X', './Device/Vendor/MSFT/%42itLocker/X'])
      await assert.rejects(story.upload('Bad', set('X', 'chr', '1').replace(at('X'), locUri)), (error: Error) =>
        error.message.includes(`The LocURI ${locUri} is refused`),
      )
  })
})
