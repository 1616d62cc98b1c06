import type { Request, Response } from 'express'
import { Router, urlencoded } from 'express'
import { addressOf } from '../attempts.ts'
import { codeForm, tooManyCodes, wrongCode } from '../code-form.ts'
import type { Html } from '../page.ts'
import { html, inline, pageHeaders, sendPage } from '../page.ts'
import { EntraRefused } from './entra.ts'
import { invitationFor, pagePurpose, pageValidMs, wrongCodes } from './grants.ts'
import type { WindowsEdge } from './settings.ts'
import { paths, termsPurpose } from './settings.ts'

/** The result goes back to Windows by a form that sends itself. */
const submit = inline('script', 'document.forms[0].submit()')

/** Where the web view of Windows waits; anything else could be made to run there. */
const resultSchemes = ['ms-app:', 'https:', 'http:'] as const

/** What people see while their Windows device enrolls: the sign-in, and the terms of use. */
export const windowsPages = (edge: WindowsEdge): Router => {
  const { app, tickets, organization, entra } = edge
  const attempts = wrongCodes(app.clock)

  const ask = (response: Response, status: number, problem: Html): void =>
    sendPage(response, status, { title: `Sign in to ${organization}`, body: html`${problem}${codeForm}` })

  const signIn = async (request: Request, response: Response): Promise<void> => {
    const resultUrl = urlIn(request.query['appru'], resultSchemes)
    if (resultUrl === null) return sendPage(response, 400, noWayBack)
    const address = addressOf(request)
    if (!attempts.mayTry(address)) return ask(response.set('retry-after', '60'), 429, tooManyCodes)
    const { code } = (request.body ?? {}) as Readonly<{ code?: unknown }>
    const invitation = typeof code === 'string' ? await invitationFor(edge, code) : null
    if (invitation === null) {
      attempts.count(address)
      return ask(response, 403, wrongCode)
    }
    const { id, userName, teamId } = invitation
    const token = await tickets.issue(pagePurpose, [userName, teamId, id], pageValidMs)
    const policy = String(response.getHeader('content-security-policy'))
    response.set('content-security-policy', `${policy};script-src ${submit.source}`)
    sendPage(response, 200, { title: 'Working', body: resultForm(resultUrl, token) })
  }

  /** https://learn.microsoft.com/windows/client-management/azure-active-directory-integration-with-mdm */
  const terms = async (request: Request, response: Response): Promise<void> => {
    const back = urlIn(request.query['redirect_uri'], ['ms-appx-web:'])
    const requestId = request.query['client-request-id']
    if (back === null) return sendPage(response, 400, noWayBack)
    const told = typeof requestId === 'string' ? requestId.slice(0, 128) : ''
    const leave = (facts: Readonly<Record<string, string>>): string => withQuery(back, { ...facts, 'client-request-id': told })
    const refuse = (error: string, description: string): void =>
      void response.redirect(302, leave({ error, error_description: description }))
    if (told === '') return refuse('invalid_request', 'client-request-id is missing.')
    if (request.query['api-version'] !== '1.0') return refuse('invalid_request', 'The api-version is not 1.0.')
    if (entra === null) return refuse('unauthorized_client', 'This server takes no accounts of Microsoft Entra.')
    const bearer = /^bearer +([\w.~+/=-]{1,16384}) *$/i.exec(request.get('authorization') ?? '')?.[1]
    if (bearer === undefined) return refuse('access_denied', 'There is no token.')
    try {
      const { userName } = await entra(bearer)
      const accept = leave({ IsAccepted: 'true', OpaqueBlob: await tickets.issue(termsPurpose, [userName], null) })
      const decline = request.query['mode'] === 'azureadjoin' ? null : leave({ IsAccepted: 'false' })
      sendPage(response, 200, { title: `Terms of use of ${organization}`, body: termsOf(organization, accept, decline) })
    } catch (error) {
      if (error instanceof EntraRefused) return refuse('access_denied', error.message)
      app.logger.error({ err: error }, 'the terms of use could not be shown')
      refuse('server_error', 'The server failed.')
    }
  }

  return Router()
    .use([paths.signIn, paths.terms], ...pageHeaders(["'self'", ...resultSchemes]))
    .get(paths.signIn, (request, response) => {
      if (urlIn(request.query['appru'], resultSchemes) === null) sendPage(response, 400, noWayBack)
      else ask(response, 200, html``)
    })
    .post(paths.signIn, urlencoded({ extended: false, limit: '4kb', parameterLimit: 10 }), signIn)
    .get(paths.terms, terms)
}

/** An address with one of these schemes, as it was told; null for anything else. */
const urlIn = (told: unknown, schemes: readonly string[]): string | null => {
  if (typeof told !== 'string' || told.length > 2048 || !URL.canParse(told)) return null
  return schemes.includes(new URL(told).protocol) ? told : null
}

const withQuery = (url: string, facts: Readonly<Record<string, string>>): string => {
  const query = new URLSearchParams(facts).toString()
  return `${url}${url.includes('?') ? '&' : '?'}${query}`
}

const resultForm = (url: string, token: string): Html =>
  html`<form method="post" action="${url}">
      <input type="hidden" name="wresult" value="${token}" />
      <button type="submit">Continue</button>
    </form>
    ${submit.element}`

const termsOf = (organization: string, accept: string, decline: string | null): Html =>
  html`<p>
      ${organization} will manage this device: it can see what the device is and which settings it has, change settings, install
      software and erase the device.
    </p>
    <p><a class="button" href="${accept}">Accept</a> ${decline === null ? '' : html`<a href="${decline}">Decline</a>`}</p>`

const noWayBack = {
  title: 'This page is for Windows',
  body: html`<p role="alert">It was opened without saying where its result goes. Begin again in Settings.</p>`,
}
