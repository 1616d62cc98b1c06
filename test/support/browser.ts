import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { chromium } from 'playwright-core'

/** A browser with a profile of its own, which knows nothing and nobody. */
export type TestBrowser = Readonly<{
  context: BrowserContext
  /** A new page; what goes wrong in it is among `faults`. */
  page: () => Promise<Page>
  /** Errors of scripts, and what the policy of the page refused. Answers of the API are none: some are meant to be refusals. */
  faults: readonly string[]
  close: () => Promise<void>
}>

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const howToGetIt = 'On Debian: apt-get install chromium.'

/**
 * Starts a headless browser for the suite's tests, or skips the suite with a line that says how to get one. With CI=true a missing browser
 * fails. For use in a `before` hook: `browser = await browserOrSkip(this)`.
 */
export const browserOrSkip = async (context: Mocha.Context): Promise<TestBrowser> => {
  const executablePath = process.env['CHROMIUM'] ?? candidates.find(existsSync)
  if (executablePath === undefined) {
    if (process.env['CI'] === 'true') throw new Error(`chromium is not installed, and CI skips nothing. ${howToGetIt}`)
    console.log(`      Skipped: chromium is not installed. ${howToGetIt}`)
    return context.skip()
  }
  return startBrowser(executablePath)
}

const startBrowser = async (executablePath: string): Promise<TestBrowser> => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-browser-'))
  const context = await chromium.launchPersistentContext(folder, {
    executablePath,
    headless: true,
    args,
    // The server's certificate is of an authority of its own.
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 860 },
    colorScheme: 'light',
  })
  const faults: string[] = []
  return {
    context,
    faults,
    page: async () => {
      const page = await context.newPage()
      page.setDefaultTimeout(15_000)
      page.on('pageerror', ({ message }) => faults.push(message))
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text())
      })
      return page
    },
    close: async () => {
      await context.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Builds the console if that is missing or older than its sources. Throws with what the build said. */
export const builtConsole = (): void => {
  const script = new URL('../../scripts/console.mjs', import.meta.url).pathname
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
  if (status !== 0 || stderr.includes('was not built')) throw new Error(`The console could not be built:\n${stderr}`)
}
