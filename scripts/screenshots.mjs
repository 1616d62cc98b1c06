// npm run screenshots [-- --url <url> --token <token>]: pictures of the console, light and dark, into docs/screenshots. Without a server of
// one's own, of a demo that is started for it. Needs chromium (or CHROMIUM, its path).
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { root } from './ready.mjs'

const folder = join(root, 'docs/screenshots')
const { values } = parseArgs({ options: { url: { type: 'string' }, token: { type: 'string' } } })

const startDemo = async () => {
  const args = [join(root, 'scripts/run.mjs'), 'src/cli/demo.ts', '--hosts', '25', '--windows', '10']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const told = { url: '', token: '' }
  for await (const line of createInterface({ input: child.stdout })) {
    told.url ||= /^Muster serves (\S+)/.exec(line)?.[1] ?? ''
    told.token ||= /^Admin token of this demo: (\S+)/.exec(line)?.[1] ?? ''
    if (line.includes('serves on until')) break
  }
  if (told.token === '') throw new Error('The demo ended before it was ready.')
  const stop = () => {
    child.kill('SIGINT')
    return ended
  }
  return { ...told, stop }
}

const guest = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.example.settings.guest</string><key>PayloadUUID</key><string>2C5F5C02-0000-4000-8000-0000000000A1</string>
<key>PayloadDisplayName</key><string>Guest account</string>
<key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.MCX</string><key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.example.settings.guest.mcx</string><key>PayloadUUID</key><string>2C5F5C02-0000-4000-8000-0000000000A2</string>
<key>DisableGuestAccount</key><true/></dict></array></dict></plist>`

const drop = async (page, name, content) => {
  const make = `(() => { const files = new DataTransfer(); files.items.add(new File([${JSON.stringify(content)}], ${JSON.stringify(name)})); return files })()`
  await page.locator('.drop-zone').dispatchEvent('drop', { dataTransfer: await page.evaluateHandle(make) })
}

/** Each answers false when the server cannot show it. */
const shots = {
  dashboard: (page, { url }) => page.goto(url),
  hosts: (page, { url }) => page.goto(`${url}/hosts`),
  host: (page, { url, hostId }) => page.goto(`${url}/hosts/${hostId}`),
  'host-past': async (page, { url, hostId }) => {
    await page.goto(`${url}/hosts/${hostId}`)
    const slider = page.getByRole('slider')
    await slider.focus()
    for (let step = 0; step < 62; step++) await page.keyboard.press('ArrowLeft')
    await page.getByText(/^As of/).waitFor()
    await page.waitForURL(/at=/)
  },
  'host-why': async (page, { url, hostId }) => {
    await page.goto(`${url}/hosts/${hostId}`)
    await page
      .getByRole('button', { name: /^Why Studio/ })
      .or(page.getByRole('button', { name: /^Why / }))
      .last()
      .click()
    await page.getByRole('dialog').getByRole('listitem').or(page.getByLabel('What led to it')).first().waitFor()
  },
  profiles: (page, { url }) => page.goto(`${url}/profiles`),
  'profiles-plan': async (page, { url, plans }) => {
    if (!plans) return false
    await page.goto(`${url}/profiles`)
    await page.getByRole('button', { name: 'Upload a profile' }).first().click()
    await drop(page, 'guest-account.mobileconfig', guest)
    await page.getByRole('region', { name: 'Plan' }).waitFor()
  },
  'change-sets': async (page, { url, plans }) => {
    if (!plans) return false
    await page.goto(`${url}/change-sets`)
    await page
      .getByRole('link', { name: /^The profile .* was uploaded/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'Undo…' }).click()
    await page.getByRole('button', { name: 'Undo', exact: true }).and(page.locator(':enabled')).waitFor()
  },
}

const look = async (server, scheme) => {
  const profile = await mkdtemp(join(tmpdir(), 'muster-browser-'))
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
    ],
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 800 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  })
  try {
    const page = await browser.newPage()
    await page.addInitScript(`sessionStorage.setItem('muster-token', ${JSON.stringify(server.token)})`)
    for (const [name, show] of Object.entries(shots)) {
      if ((await show(page, server)) === false) {
        process.stdout.write(`${name}: this server does not show it.\n`)
        continue
      }
      await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
      // The dot says that the page is connected; fonts and charts are there by then.
      await page.getByRole('status', { name: /^Live/ }).waitFor()
      await page.waitForLoadState('networkidle', { timeout: 1500 }).catch(() => undefined)
      await page.mouse.move(0, 0)
      await page.screenshot({ path: join(folder, `${name}-${scheme}.png`) })
    }
  } finally {
    await browser.close()
    await rm(profile, { recursive: true, force: true })
  }
}

const facts = async ({ url, token }) => {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  const get = (path) => fetch(`${url}/api/v1/fleet${path}`, { headers: { authorization: `Bearer ${token}` } })
  const { activities } = await (await get('/activities?activity_type=locked_host')).json()
  const { hosts } = await (await get('/hosts?platform=darwin&per_page=1')).json()
  return { hostId: activities[0]?.host_id ?? hosts[0]?.id, plans: (await get('/change_sets?per_page=1')).ok }
}

const server =
  values.url === undefined ? await startDemo() : { url: values.url, token: values.token ?? '', stop: () => undefined }
try {
  await mkdir(folder, { recursive: true })
  const known = { ...server, ...(await facts(server)) }
  for (const scheme of ['light', 'dark']) await look(known, scheme)
  for (const file of await readdir(folder)) {
    const { size } = await stat(join(folder, file))
    process.stdout.write(`${file}: ${Math.round(size / 1024)} KiB${size > 200 * 1024 ? ', which is too large' : ''}\n`)
  }
} finally {
  await server.stop()
}
