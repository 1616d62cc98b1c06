import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { Kin, KinNews } from '../../src/app/kin-ports.ts'
import type { Log } from '../../src/app/ports.ts'
import type { Muster } from '../../src/compose.ts'
import { compose } from '../../src/compose.ts'
import type { Config } from '../../src/config.ts'

/**
 * What `muster serve` starts as several processes, in this one: a node that projects and works, and so many that serve behind one port, which
 * take connections in turn. Each has a memory of its own.
 */
export const composeShared = async (config: Config, logger: Log): Promise<Muster> => {
  const kin = kinHere()
  const sharing = config.roles.filter((role) => role !== 'api')
  const first = await compose({ ...config, roles: sharing }, logger, { kin: kin.first })
  const ports: number[] = []
  const door = await openDoor(ports)
  const scheme = config.MUSTER_TLS === 'off' ? 'http' : 'https'
  const url = config.MUSTER_PUBLIC_URL ?? `${scheme}://localhost:${String(door.port)}`
  const serving: Muster[] = []
  const stop = async (): Promise<void> => {
    door.close()
    await Promise.all(serving.map((one) => one.stop()))
    await first.stop()
  }
  try {
    for (let count = 0; count < config.MUSTER_API_PROCESSES; count++) {
      const one = await compose({ ...config, roles: ['api'], MUSTER_PUBLIC_URL: url }, logger, { kin: kin.serving() })
      serving.push(one)
      ports.push(one.port ?? 0)
    }
    return { ...first, url, port: door.port, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** As between processes: what is told is copied, and heard a turn of the loop later. */
const kinHere = () => {
  const listeners: ((news: KinNews) => void)[] = []
  let last: KinNews = { reign: null, events: [] }
  const first: Kin = {
    hear: () => undefined,
    tell: async (news) => {
      last = { reign: news.reign, events: [] }
      await new Promise(setImmediate)
      for (const listener of listeners) listener(structuredClone(news))
    },
  }
  const serving = (): Kin => ({
    tell: () => Promise.resolve(),
    hear: (listener) => {
      listeners.push(listener)
      listener(last)
    },
  })
  return { first, serving }
}

const openDoor = async (ports: readonly number[]) => {
  const open = new Set<Socket>()
  let turn = 0
  const server = createServer((outside) => {
    const inside = connect(ports[turn++ % ports.length] ?? 0, '127.0.0.1')
    for (const socket of [outside, inside]) {
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      socket.setNoDelay(true)
    }
    outside.on('error', () => inside.destroy())
    inside.on('error', () => outside.destroy())
    outside.once('close', () => inside.destroy())
    inside.once('close', () => outside.destroy())
    outside.pipe(inside).pipe(outside)
  }).listen(0, 'localhost')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
