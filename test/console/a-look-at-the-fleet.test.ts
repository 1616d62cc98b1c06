import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { eventually } from '../support/eventually.ts'
import * as story from '../support/story.ts'
import { beforeTheConsole, hosts } from './rig.ts'

describe('Somebody who looks at the fleet', function () {
  this.timeout(60_000)
  const rig = beforeTheConsole()
  let page: Page

  const nameOf = (index: number): string => rig().fleet.devices[index]?.name ?? assert.fail('There are too few devices.')
  const heading = (text: string) => page.getByRole('heading', { name: text, exact: true, level: 1 })

  it('is told what is wrong with a token, and let in by a good one', async () => {
    page = await rig().browser.page()
    await page.goto(`${rig().server.url}/hosts`)
    await page.getByRole('tab', { name: 'API token' }).click()
    await page.getByRole('textbox', { name: 'API token' }).fill('not-a-token')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('does not know this token').waitFor()
    await page.getByRole('textbox', { name: 'API token' }).fill(rig().server.token)
    await page.keyboard.press('Enter')
    await heading('Hosts').waitFor()
    assert.equal(new URL(page.url()).pathname, '/hosts', 'the page that was asked for')
  })

  it('sees how many hosts there are and how far settings have come, as it changes', async () => {
    page = await rig().open('/')
    const panel = page.getByRole('region', { name: 'Hosts' })
    const numbers = new RegExp(`^${String(hosts)}hosts${String(hosts)}online0offline`)
    await eventually('the hosts are counted', async () => numbers.test((await panel.textContent()) ?? ''))
    const rollout = page.getByRole('region', { name: 'Settings rollout' })
    await rollout.getByText(`${String(hosts)} verifying`).waitFor()
    await page.getByRole('status', { name: /^Live/ }).waitFor()
    const { teams } = rig().server.client
    await teams.create({ name: 'Made elsewhere' })
    await rollout.getByText('Made elsewhere').waitFor()
  })

  it('finds a host by a part of its name', async () => {
    page = await rig().open('/hosts')
    await page.getByRole('link', { name: nameOf(0) }).waitFor()
    const wanted = nameOf(1)
    await page.keyboard.press('/')
    await page.keyboard.type(wanted.slice(-4))
    await page.getByText('1 host', { exact: true }).waitFor()
    assert.equal(await page.getByRole('link', { name: wanted }).count(), 1)
    assert.match(page.url(), /query=/)
    await page.getByRole('button', { name: 'Clear', exact: true }).last().click()
    await page.getByText(`${String(hosts)} hosts`, { exact: true }).waitFor()
  })

  it('chooses the columns, and finds them again', async () => {
    page = await rig().open('/hosts')
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('checkbox', { name: 'UUID' }).check()
    await page.reload()
    await page.getByRole('columnheader', { name: 'UUID' }).waitFor()
    await page.getByText(rig().fleet.devices[0]?.udid ?? '').waitFor()
  })

  it('asks why a profile stands as it does, and is told event by event', async () => {
    const id = await story.hostIdOn(rig().server.client, rig().fleet.devices[0] ?? assert.fail())
    page = await rig().open(`/hosts/${String(id)}`)
    await page.getByRole('button', { name: /^Why The wifi profile/ }).click()
    const why = page.getByRole('dialog')
    await why.getByText('It was decided to install it on the host.').waitFor()
    await why
      .getByText(/installed/i)
      .first()
      .waitFor()
    await page.keyboard.press('Escape')
    await why.waitFor({ state: 'hidden' })
  })

  it('moves through the past by the slider, and comes back', async () => {
    const id = await story.hostIdOn(rig().server.client, rig().fleet.devices[0] ?? assert.fail())
    page = await rig().open(`/hosts/${String(id)}`)
    await page.getByRole('link', { name: 'The wifi profile' }).waitFor()
    const slider = page.getByRole('slider')
    assert.equal(await slider.getAttribute('aria-valuetext'), 'now')
    await slider.focus()
    await page.keyboard.press('ArrowLeft')
    await page.getByText(/^As of /).waitFor()
    await page.keyboard.press('Home')
    await page.getByText('It had no profiles then').waitFor()
    assert.match(page.url(), /at=\d+/)
    assert.equal(await page.getByRole('button', { name: 'Actions' }).count(), 0, 'nothing can be done to the past')
    await page.getByRole('button', { name: 'Back to now' }).click()
    await page.getByRole('link', { name: 'The wifi profile' }).waitFor()
  })

  it('goes places by the keyboard, and sees the keys', async () => {
    page = await rig().open('/')
    await heading('Dashboard').waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('h')
    await heading('Hosts').waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('p')
    await heading('Profiles').waitFor()
    await page.keyboard.press('?')
    await page.getByText('Go to Change sets').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('A host, its serial number, or a page').fill(nameOf(2))
    await page
      .getByRole('button', { name: nameOf(2) })
      .or(page.locator('.mantine-Spotlight-action', { hasText: nameOf(2) }))
      .first()
      .click()
    await page.getByRole('heading', { level: 1, name: nameOf(2) }).waitFor()
  })

  it('sees it in the dark when the system is dark or when asked to', async () => {
    page = await rig().open('/')
    await heading('Dashboard').waitFor()
    const scheme = () => page.locator('html').getAttribute('data-mantine-color-scheme')
    assert.equal(await scheme(), 'light')
    await page.emulateMedia({ colorScheme: 'dark' })
    await eventually('the colours follow the system', async () => (await scheme()) === 'dark')
    await page.getByRole('button', { name: 'Use light colours' }).click()
    await eventually('the colours are light', async () => (await scheme()) === 'light')
    await page.reload()
    await heading('Dashboard').waitFor()
    assert.equal(await scheme(), 'light', 'it is remembered')
  })
})
