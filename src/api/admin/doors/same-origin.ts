import type { Request } from 'express'
import { timingSafeEqual } from 'node:crypto'
import { refuse } from '../../errors.ts'

/** Refuses with 403 what a browser sends from another site's page. Scripts name no origin. */
export const mustBeSameOrigin = (request: Request, publicUrl: string): void => {
  const origin = request.get('origin')
  const own = new URL(publicUrl).origin
  if (origin !== undefined && origin !== own) refuse(403, 'origin', `The request comes from another site than ${own}.`)
}

/** Refuses with 403 a change by cookie that no page of the console can have sent. Reading is free. */
export const mustBeFromTheConsole = (request: Request, publicUrl: string, csrf: string): void => {
  if (request.method === 'GET' || request.method === 'HEAD') return
  mustBeSameOrigin(request, publicUrl)
  const [told, expected] = [Buffer.from(request.get('x-muster-csrf') ?? ''), Buffer.from(csrf)]
  if (told.length !== expected.length || !timingSafeEqual(told, expected))
    refuse(403, 'x-muster-csrf', 'The header x-muster-csrf does not hold what GET /me answers as csrf_token.')
}
