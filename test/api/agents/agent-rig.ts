import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { agentCalls } from '../../../src/api/agents/calls.ts'
import { agentServices } from '../../../src/api/agents/edge.ts'
import { agentRoutes } from '../../../src/api/agents/routes.ts'
import { knownAgents } from '../../../src/api/agents/known-agents.ts'
import { devicePath } from '../../../src/api/device-path.ts'
import { LogUnavailable } from '../../../src/app/ports.ts'
import { noTeam } from '../../../src/domain/teams/events.ts'
import type { TestApp } from '../../support/app.ts'
import { testApp } from '../../support/app.ts'

export type Heard = Readonly<{ status: number; body: Readonly<Record<string, unknown>> }>

/** The agents' edge alone, on a port of its own. `secret` is right, any other is wrong. */
export type AgentRig = TestApp &
  Readonly<{
    url: string
    post: (path: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<Heard>
    /** Enrolls an osquery. Answers what it heard. */
    enroll: (told: Readonly<Record<string, unknown>>) => Promise<Heard>
    /** The log goes away, or comes back. */
    away: (isAway: boolean) => void
  }>

export const secret = 'a-secret-for-agents'

export const agentRig = async (): Promise<AgentRig> => {
  const rig = await testApp()
  const agents = knownAgents(rig.app)
  let isAway = false
  const app = {
    ...rig.app,
    execute: ((...told: Parameters<typeof rig.app.execute>) =>
      isAway ? Promise.reject(new LogUnavailable('It is away.')) : rig.app.execute(...told)) as typeof rig.app.execute,
  }
  const services = agentServices({
    ...{ app, agents, notesFor: () => Promise.resolve({}) },
    teamOf: (told) => Promise.resolve(told === secret ? noTeam : null),
    addressOf: ({ socket }) => socket.remoteAddress ?? 'unknown',
  })
  const serve = devicePath({
    routes: agentCalls(services),
    otherwise: express().use(agentRoutes(services)),
    isOpen: () => true,
    observe: () => undefined,
  })
  const web = createServer(serve).listen(0, '127.0.0.1')
  await once(web, 'listening')
  const url = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}`

  const post = async (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Heard> => {
    const answer = await fetch(`${url}${path}`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
      body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
    })
    const text = await answer.text()
    return { status: answer.status, body: JSON.parse(text === '' ? '{}' : text) as Heard['body'] }
  }

  return {
    ...rig,
    url,
    post,
    enroll: (told) => post('/api/osquery/enroll', { enroll_secret: secret, ...told }),
    away: (now) => {
      isAway = now
    },
    stop: async () => {
      agents.stop()
      web.closeAllConnections()
      web.close()
      await rig.stop()
    },
  }
}

/** What an osquery tells of its machine when it enrolls. */
export const machine = (
  system: Readonly<Record<string, string>>,
  { instance, identifier, platform = 'windows' }: Readonly<{ instance: string; identifier?: string; platform?: string }>,
) => ({
  host_identifier: identifier ?? system['uuid'],
  host_details: { system_info: system, os_version: { platform }, osquery_info: { instance_id: instance, version: '5.12.1' } },
})
