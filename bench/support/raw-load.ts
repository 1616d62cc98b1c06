import { once } from 'node:events'
import { connect } from 'node:net'

/** A request as bytes, written once and sent often: the load must cost less than what it measures. */
export const rawRequest = (path: string, headers: Readonly<Record<string, string>>, body: Uint8Array, method = 'PUT'): Buffer =>
  Buffer.concat([
    Buffer.from(
      [
        `${method} ${path} HTTP/1.1`,
        'Host: localhost',
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        `Content-Length: ${String(body.length)}`,
        '',
        '',
      ].join('\r\n'),
    ),
    body,
  ])

/** Sends requests over keep-alive connections, one at a time on each, and counts replies with an empty 200 per second. Any other reply throws. */
export const rawLoad = async (port: number, requests: readonly Buffer[], connections: number, ms: number): Promise<number> => {
  const begun = performance.now()
  let done = 0
  const lane = async (index: number): Promise<void> => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    await new Promise<void>((resolve, reject) => {
      let next = index
      const send = (): void => void socket.write(requests[next++ % requests.length] ?? '')
      socket.on('error', reject)
      socket.on('data', (reply: Buffer) => {
        if (!reply.subarray(0, 12).equals(ok)) {
          reject(new Error(`The server answered ${reply.subarray(0, 60).toString()}`))
          return
        }
        done++
        if (performance.now() - begun < ms) send()
        else resolve()
      })
      send()
    })
    socket.destroy()
  }
  await Promise.all(Array.from({ length: connections }, (_, index) => lane(index)))
  return (done * 1000) / (performance.now() - begun)
}

const ok = Buffer.from('HTTP/1.1 200')
