import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What NanoCMD's webhook was sent, and how it answered. */
export type NanocmdCall = Readonly<{ topic: string; command: string | null; tally: number | null; status: number; id: string }>

export type Nanocmd = Readonly<{
  url: string
  calls: readonly NanocmdCall[]
  /** The topics, or command ids, of what it took, in order. */
  taken: () => readonly string[]
  /** Answers otherwise from now on: null as NanoCMD does; 'nothing': the connection ends without an answer. */
  answer: (how: ((call: Omit<NanocmdCall, 'status'>) => Answered | null) | null) => void
  stop: () => Promise<void>
}>

export type Answered = number | 'nothing' | Readonly<{ status: number; headers: Readonly<Record<string, string>> }>

type Event = Readonly<{
  topic: string
  event_id: string
  checkin_event?: Readonly<{ token_update_tally?: number }>
  acknowledge_event?: Readonly<{ command_uuid?: string }>
}>

/** The check-ins that NanoCMD v0.7.0 has a type for; any other is answered with 500. https://github.com/micromdm/nanocmd/blob/v0.7.0/mdm/checkin.go */
const known: ReadonlySet<string> = new Set(['mdm.Connect', 'mdm.Authenticate', 'mdm.TokenUpdate', 'mdm.CheckOut'])

/** A small receiver that behaves as the webhook of NanoCMD v0.7.0 does. */
export const startNanocmd = async (): Promise<Nanocmd> => {
  const calls: NanocmdCall[] = []
  let answer: ((call: Omit<NanocmdCall, 'status'>) => Answered | null) | null = null
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const event = JSON.parse(Buffer.concat(parts).toString()) as Event
      const call = {
        topic: event.topic,
        command: event.acknowledge_event?.command_uuid ?? null,
        tally: event.checkin_event?.token_update_tally ?? null,
        id: event.event_id,
      }
      const answered = answer?.(call) ?? (known.has(event.topic) ? 200 : 500)
      if (answered === 'nothing') return void request.socket.destroy()
      const { status, headers } = typeof answered === 'number' ? { status: answered, headers: {} } : answered
      calls.push({ ...call, status })
      response.writeHead(status, headers).end(status === 500 ? 'Internal Server Error\n' : '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/webhook`,
    calls,
    taken: () => calls.flatMap(({ status, command, topic }) => (status === 200 ? [command ?? topic] : [])),
    answer: (how) => {
      answer = how
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}
