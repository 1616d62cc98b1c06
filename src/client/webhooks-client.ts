import type { Connection } from './connection.ts'
import type { SetAsideDelivery, Webhook } from './json.ts'

/** All when neither is said. */
export type AsideChoice = Readonly<{ topic?: string; ids?: readonly number[] }>

/** What receivers are told, and what they refused. Every function throws `ApiError`. */
export type WebhooksClient = Readonly<{
  list: () => Promise<readonly Webhook[]>
  /** The latest 500 that a receiver refused. */
  setAside: (name: Webhook['name'], topic?: string) => Promise<readonly SetAsideDelivery[]>
  /** Sends them again; answers how many. */
  resend: (name: Webhook['name'], choice: AsideChoice) => Promise<number>
  /** Throws them away; answers how many. */
  remove: (name: Webhook['name'], choice: AsideChoice) => Promise<number>
}>

export const webhooksClient = ({ json }: Pick<Connection, 'json'>): WebhooksClient => ({
  list: async () => (await json<Readonly<{ webhooks: readonly Webhook[] }>>({ method: 'GET', path: '/webhooks' })).webhooks,
  setAside: async (name, topic) => {
    const query = { per_page: 500, ...(topic !== undefined && { topic }) }
    const path = `/webhooks/${name}/set_aside`
    return (await json<Readonly<{ deliveries: readonly SetAsideDelivery[] }>>({ method: 'GET', path, query })).deliveries
  },
  resend: async (name, choice) => {
    const path = `/webhooks/${name}/set_aside/resends`
    return (await json<Readonly<{ resent: number }>>({ method: 'POST', path, json: choice })).resent
  },
  remove: async (name, choice) => {
    const path = `/webhooks/${name}/set_aside/removals`
    return (await json<Readonly<{ removed: number }>>({ method: 'POST', path, json: choice })).removed
  },
})
