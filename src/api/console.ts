import express, { Router } from 'express'
import type { RequestHandler } from 'express'
import helmet from 'helmet'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nameRoute } from './metrics.ts'
import { html, pageHeaders, sendPage } from './page.ts'

/** The first parts of the console's own paths. What lies below them is the console's to make sense of; nothing else is. */
export const consolePages = [
  'sign-in',
  'hosts',
  'profiles',
  'labels',
  'teams',
  'certificates',
  'change-sets',
  'audit',
  'access',
] as const

/** Where the built console is: beside the built server; for a server that runs from its sources, where a build would put it. */
export const consoleFolder = (): string =>
  fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist/console' : '../console', import.meta.url))

/** Its scripts and styles come from here alone; styles also stand in its elements. */
const consoleHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  referrerPolicy: { policy: 'same-origin' },
})

/**
 * The web console, from a folder of files: the page at `/` and at its own paths, and what that loads, by names that change with the content.
 * Mount it after all else: it takes no path that an edge has. When it was not built, `/` says how to build it.
 */
export const consoleRoutes = (folder: string): Router => {
  const router = Router()
  if (!isBuilt(folder)) return router.get('/', named('/'), ...pageHeaders(), (_, response) => sendPage(response, 200, notBuilt))

  const sendIndex: RequestHandler = (_, response, next) => {
    response.set('cache-control', 'no-cache')
    response.sendFile('index.html', { root: folder, cacheControl: false, lastModified: false }, (error?: Error) => {
      if (error !== undefined) next(error)
    })
  }
  const assets = express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', index: false, redirect: false })
  router.use('/assets', named('/assets'), consoleHeaders, assets)
  router.get('/', named('/'), consoleHeaders, sendIndex)
  for (const page of consolePages) router.get([`/${page}`, `/${page}/*below`], named(`/${page}`), consoleHeaders, sendIndex)
  return router
}

const isBuilt = (folder: string): boolean => existsSync(join(folder, 'index.html'))

const named =
  (route: string): RequestHandler =>
  (_, response, next) => {
    nameRoute(response, route)
    next()
  }

const notBuilt = {
  title: 'Muster',
  body: html`<p>
      The server runs. Its web console was not built yet: run <code>npm run build</code>, then start the server anew.
    </p>
    <p>The API is at <code>/api/v1/fleet</code>.</p>`,
}
