import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import * as story from '../support/story.ts'
import { beforeTheConsole, hosts } from './rig.ts'

describe('Somebody who changes something by the console', function () {
  this.timeout(60_000)
  const rig = beforeTheConsole()
  let page: Page

  const api = async (method: string, path: string, data?: object) => {
    const response = await rig().browser.context.request.fetch(`${rig().server.url}/api/v1/fleet${path}`, {
      method,
      headers: { authorization: `Bearer ${rig().server.token}` },
      ...(data !== undefined && { data }),
    })
    return { status: response.status(), body: await response.json().catch(() => null) }
  }

  const drop = async (name: string, content: string): Promise<void> => {
    const transfer = await page.evaluateHandle(
      `(() => { const files = new DataTransfer(); files.items.add(new File([${JSON.stringify(content)}], ${JSON.stringify(name)})); return files })()`,
    )
    await page.locator('.drop-zone').dispatchEvent('drop', { dataTransfer: transfer })
  }

  const openUpload = async (): Promise<void> => {
    page = await rig().open(`/profiles?team_id=${String(rig().teamId)}`)
    await page.getByRole('link', { name: 'The wifi profile' }).waitFor()
    await page.getByRole('button', { name: 'Upload a profile' }).first().click()
  }

  it('drops a profile, sees what it would do, and does it', async () => {
    await openUpload()
    await drop('vpn.mobileconfig', story.profileCalled('vpn').toString())
    const plan = page.getByRole('region', { name: 'Plan' })
    await plan.getByText('The vpn profile').first().waitFor()
    assert.match((await plan.textContent()) ?? '', new RegExp(`${String(hosts)}hosts touched${String(hosts)}installs0removals`))
    assert.equal((await rig().server.client.profiles.list(rig().teamId)).profiles.length, 1, 'a plan changes nothing')
    await page.getByRole('button', { name: 'Upload', exact: true }).click()
    await page.getByRole('link', { name: 'The vpn profile' }).waitFor()
    await page
      .getByText(`${String(hosts)} of ${String(hosts)} have it`)
      .nth(1)
      .waitFor()
  })

  it('is told at once that a file is of the wrong kind', async () => {
    await openUpload()
    await drop('holiday.jpg', 'nothing')
    await page.getByRole('alert').getByText('holiday.jpg cannot be used here').waitFor()
    assert.ok(await page.getByRole('button', { name: 'Upload', exact: true }).isDisabled())
  })

  it('is told by the server what is wrong inside a file', async () => {
    await openUpload()
    await drop('broken.mobileconfig', '<plist><dict><key>PayloadType</key></dict></plist>')
    await page.getByRole('button', { name: 'Upload', exact: true }).click()
    await page.getByRole('alert').first().waitFor()
    assert.equal((await rig().server.client.profiles.list(rig().teamId)).profiles.length, 2)
  })

  it('undoes what somebody deleted, after a look at what that does', async () => {
    const { client } = rig().server
    const named = async () => (await client.profiles.list(rig().teamId)).profiles.find(({ name }) => name === 'The vpn profile')
    await client.profiles.delete((await named())?.profile_uuid ?? '')
    page = await rig().open('/change-sets')
    await page
      .getByRole('link', { name: /The vpn profile .*was deleted/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'Undo…' }).click()
    const undo = page.getByRole('region', { name: 'Undo' })
    await undo.getByText('The vpn profile').first().waitFor()
    assert.equal(await named(), undefined, 'a plan changes nothing')
    await undo.getByRole('button', { name: 'Undo', exact: true }).click()
    await page.getByRole('button', { name: 'Was undone' }).waitFor()
    assert.notEqual(await named(), undefined)
  })

  it('locks a host after a question, and is shown its PIN', async () => {
    const id = await story.hostIdOn(rig().server.client, rig().fleet.devices[1] ?? assert.fail())
    page = await rig().open(`/hosts/${String(id)}`)
    await page.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name: 'Lock…', exact: true }).click()
    await page.getByLabel('Message on the lock screen').fill('Please call us.')
    await page.getByRole('button', { name: 'Lock', exact: true }).click()
    await page.getByText('The PIN of this host').waitFor()
    assert.match((await page.getByRole('dialog').locator('.figure').textContent()) ?? '', /^\d{6}$/)
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByText('Locked', { exact: true }).waitFor()
  })

  it('must type the name of a host before it is wiped', async () => {
    const device = rig().fleet.devices[2] ?? assert.fail()
    const id = await story.hostIdOn(rig().server.client, device)
    page = await rig().open(`/hosts/${String(id)}`)
    await page.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name: 'Wipe…' }).click()
    const erase = page.getByRole('button', { name: 'Erase everything' })
    assert.ok(await erase.isDisabled())
    await page.getByLabel(`Type ${device.name} to go on`).fill(device.name)
    assert.ok(await erase.isEnabled())
    await page.getByRole('button', { name: 'Cancel' }).click()
    assert.equal((await rig().server.client.hosts.get(id)).mdm.pending_action, '')
  })

  it('sees the sign-in page when the session ends, and is where it was after signing in', async () => {
    const made = await api('POST', '/api_tokens', { name: 'short', role: 'admin' })
    page = await rig().open('/labels', made.body.secret)
    await page.getByRole('heading', { name: 'Labels', level: 1 }).waitFor()
    await page.getByRole('status', { name: /^Live/ }).waitFor()
    await api('DELETE', `/api_tokens/${String(made.body.api_token.id)}`)
    // Nobody touches anything: the server ends the connection that tells what moves.
    await page.getByText('Your session has ended').waitFor()
    const tab = page.getByRole('tab', { name: 'API token' })
    if (await tab.isVisible()) await tab.click()
    await page.getByRole('textbox', { name: 'API token' }).fill(rig().server.token)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Labels', level: 1 }).waitFor()
  })

  it('signs in as a user, by a cookie that no script can read, and is told by name who did what', async () => {
    const ada = { name: 'Ada', email: 'ada@example.com', password: 'a long enough phrase', global_role: 'maintainer' }
    assert.equal((await api('POST', '/users', ada)).status, 200)
    page = await rig().browser.page()
    await page.goto(`${rig().server.url}/labels`)
    await page.getByRole('textbox', { name: 'Email' }).fill(ada.email)
    await page.getByRole('textbox', { name: 'Password' }).fill('not the phrase')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').first().waitFor()
    await page.getByRole('textbox', { name: 'Password' }).fill(ada.password)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'New label' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Painters')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^(Make|Create|Save)/ })
      .click()
    await page.getByText('Painters').first().waitFor()
    assert.equal(await page.evaluate('document.cookie'), '')
    const { activities } = await rig().server.client.activities({ per_page: 20 })
    assert.equal(activities.find(({ type }) => type === 'created_label')?.actor_full_name, ada.email)
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).first().waitFor()
  })

  it('signs out, and nothing is kept', async () => {
    page = await rig().open('/')
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    assert.equal(await page.evaluate(`sessionStorage.getItem('muster-token')`), null)
  })
})
