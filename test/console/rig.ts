import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { DemoPush } from '../../src/cli/demo/push.ts'
import { startPush } from '../../src/cli/demo/push.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestBrowser } from '../support/browser.ts'
import { browserOrSkip, builtConsole } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

/** A server with some Macs in a team, one profile on each of them, and a browser before it. */
export type Rig = Readonly<{
  server: TestServer
  fleet: AppleFleet
  browser: TestBrowser
  teamId: number
  /** A page of somebody who signed in by a token (the first admin's), at this path. */
  open: (path?: string, token?: string) => Promise<Page>
  stop: () => Promise<void>
}>

export const hosts = 4

/**
 * The hooks of a suite before the console; answers what gives its tests their rig. After each test its pages are closed, and no script may have
 * failed. The suite is skipped where there is no browser.
 */
export const beforeTheConsole = (): (() => Rig) => {
  let rig: Rig | undefined
  before(async function () {
    // It may build the console.
    this.timeout(150_000)
    rig = await startRig(this)
  })
  after(async () => {
    await rig?.stop()
  })
  afterEach(async () => {
    if (rig === undefined) return
    for (const page of rig.browser.context.pages()) await page.close()
    assert.deepEqual(rig.browser.faults, [], 'no script failed, and the policy refused nothing')
  })
  return () => rig ?? assert.fail('The rig was not started.')
}

const startRig = async (context: Mocha.Context): Promise<Rig> => {
  const enders: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const end of enders.splice(0).reverse()) await end()
  }
  try {
    const browser = await browserOrSkip(context)
    enders.push(browser.close)
    builtConsole()
    const folder = await mkdtemp(join(tmpdir(), 'muster-push-'))
    enders.push(() => rm(folder, { recursive: true, force: true }))
    const push: DemoPush = await startPush(folder)
    enders.push(() => push.apns.stop())
    const server = await startServer({ environment: { ...push.settings } })
    enders.push(server.stop)
    const { client } = server
    await client.pushCertificate.upload(push)
    const fleet = await story.enrolledFleet(server, { count: hosts, seed: 'console' })
    enders.push(() => fleet.stop())
    fleet.attach(push.apns)
    const team = await client.teams.create({ name: 'Studio' })
    const ids = await Promise.all(fleet.devices.map((device) => story.hostIdOn(client, device)))
    await client.hosts.transfer(ids, team.id)
    const profile = await story.upload(client, story.profileCalled('wifi'), team.id)
    await eventually('every Mac holds its profile', () => story.allHold(fleet, ['wifi']))
    await story.settled(client, profile, hosts)
    // When hosts were last seen is written down now and then, and counts for who is online.
    await eventually('every Mac was seen', async () =>
      (await client.hosts.list()).hosts.every(({ seen_time }) => seen_time !== null),
    )

    return {
      ...{ server, fleet, browser, teamId: team.id, stop },
      open: async (path = '/', token = server.token) => {
        const page = await browser.page()
        // Once: a token that the page has forgotten stays forgotten.
        const begin = `sessionStorage.setItem('begun', 'yes'); sessionStorage.setItem('muster-token', ${JSON.stringify(token)})`
        await page.addInitScript(`if (sessionStorage.getItem('begun') === null) { ${begin} }`)
        await page.goto(`${server.url}${path}`)
        return page
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}
