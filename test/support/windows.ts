import { historyOf } from '../../src/cli/history.ts'
import type { KeyPair } from '../../src/protocols/x509/keys.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import type { WindowsDevice, WindowsDeviceOptions } from '../../src/simulators/windows-device.ts'
import { windowsDevice } from '../../src/simulators/windows-device.ts'
import type { Orbit } from '../../src/simulators/windows/orbit.ts'
import { orbitOn } from '../../src/simulators/windows/orbit.ts'
import { eventually } from './eventually.ts'
import type { TestServer } from './server.ts'

/** What scenarios of Windows PCs tell again and again. */
export type WindowsStory = Readonly<{
  /** A PC that enrolls by its agent, unless told. */
  pc: (seed: string, more?: Partial<WindowsDeviceOptions>) => WindowsDevice
  /** The agent on it, once it asked for a credential. */
  orbitOf: (device: WindowsDevice) => Orbit
  idOf: (device: WindowsDevice) => Promise<number>
  /** The types of the events of its host, oldest first. */
  eventsOf: (device: WindowsDevice) => Promise<readonly string[]>
  upload: (name: string, content: string) => Promise<string>
  /** The profiles of its host as the API shows them. */
  profilesOf: (device: WindowsDevice) => Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Lets it call until these nodes have these values; null: they are not there. */
  untilNodes: (device: WindowsDevice, nodes: Readonly<Record<string, string | null>>) => Promise<void>
}>

export const windowsStory = async (server: TestServer): Promise<WindowsStory> => {
  const secret = await server.client.enrollSecrets.add(null)
  const keyPair: KeyPair = await generateRsaKey(2048)
  const orbits = new Map<string, Orbit>()

  const idOf = async ({ serial }: WindowsDevice): Promise<number> => {
    let id = 0
    await eventually(`the host ${serial} is known`, async () => {
      id = (await server.client.hosts.list({ query: serial })).hosts[0]?.id ?? 0
      return id !== 0
    })
    return id
  }

  return {
    pc: (seed, more = {}) =>
      windowsDevice({
        ...{ network: server.network, seed, discoveryUrl: `${server.url}/api/mdm/microsoft/discovery`, keyPair },
        credential: async ({ uuid, serial, name }) => {
          const orbit = orbits.get(serial) ?? (await orbitOn(server.network, server.url, secret, { uuid, serial, name }))
          orbits.set(serial, orbit)
          return orbit.credential()
        },
        ...more,
      }),
    orbitOf: ({ serial }) => {
      const orbit = orbits.get(serial)
      if (orbit === undefined) throw new Error('The PC has no agent yet.')
      return orbit
    },
    idOf,
    eventsOf: async (device) => (await historyOf(server.client, await idOf(device))).map(({ type }) => type),
    upload: (name, content) => server.client.profiles.upload({ name: `${name}.xml`, bytes: Buffer.from(content) }, null),
    profilesOf: async (device) => {
      const url = `${server.url}/api/v1/fleet/hosts/${String(await idOf(device))}`
      const headers = { authorization: `Bearer ${server.token}` }
      const { body } = await server.network.send({ method: 'GET', url, headers })
      return (JSON.parse(body.toString()) as Shown).host.mdm.profiles
    },
    untilNodes: (device, nodes) =>
      eventually(`${device.name} has ${JSON.stringify(nodes)}`, async () => {
        await device.connect()
        return Object.entries(nodes).every(([node, value]) => device.tree.valueOf(node) === value)
      }),
  }
}

type Shown = Readonly<{ host: Readonly<{ mdm: Readonly<{ profiles: readonly Readonly<Record<string, unknown>>[] }> }> }>

/** A command that sets one node. */
export const setNode = (verb: 'Add' | 'Replace', locUri: string, data = '0', format = 'int'): string =>
  `<${verb}><Item><Target><LocURI>${locUri}</LocURI></Target><Meta><Format xmlns="syncml:metinf">${format}</Format></Meta><Data>${data}</Data></Item></${verb}>`
