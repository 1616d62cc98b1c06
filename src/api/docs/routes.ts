import type { Response } from 'express'
import { Router } from 'express'
import { createHash } from 'node:crypto'
import { pageHeaders, pageOf } from '../page.ts'
import { openapiDocument } from './document.ts'
import { documentView } from './document-view.ts'

/**
 * `/api/docs`: the admin API for people; `/api/docs/openapi.json`: for machines. Both are open, for they say nothing of this server, and
 * change with its version alone: they may be kept, and are asked after again.
 */
export const docsRoutes = ({ version }: Readonly<{ version: string }>): Router => {
  const texts = once(() => {
    const document = openapiDocument({ version })
    const page = pageOf({ title: 'The admin API', body: documentView(document), wide: true })
    return { json: tagged(JSON.stringify(document)), page: tagged(page) }
  })
  return Router()
    .use('/api/docs', ...pageHeaders())
    .get('/api/docs', (_, response) => {
      send(response.type('text/html; charset=utf-8'), texts().page)
    })
    .get('/api/docs/openapi.json', (_, response) => {
      send(response.type('application/json'), texts().json)
    })
}

type Text = Readonly<{ text: string; etag: string }>

const tagged = (text: string): Text => ({ text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` })

/** Express answers 304 when the client has it. */
const send = (response: Response, { text, etag }: Text): void => {
  response.set({ etag, 'cache-control': 'public, no-cache' }).send(text)
}

/** Made when it is first asked for. */
const once = <T>(make: () => T): (() => T) => {
  let made: Readonly<{ value: T }> | null = null
  return () => (made ??= { value: make() }).value
}
