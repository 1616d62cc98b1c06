import { randomUUID } from 'node:crypto'
import type { Request, Response } from 'express'
import { Router, urlencoded } from 'express'
import type { App } from '../../app/app.ts'
import { accountEnrollment } from '../../domain/account-enrollments/account-enrollment.ts'
import type { Ownership } from '../../domain/account-enrollments/events.ts'
import type { Cause } from '../../kernel/event.ts'
import { Rejection } from '../../kernel/rejection.ts'
import { addressOf, attemptsOf } from '../attempts.ts'
import { codeForm, tooManyCodes, wrongCode } from '../code-form.ts'
import type { Html } from '../page.ts'
import { html, pageHeaders, sendPage } from '../page.ts'
import type { Tickets } from '../tickets.ts'

/**
 * How a person shows that an enrollment is theirs. Today: with a one-time code that an admin gave. Another way to sign in has another page
 * and ends with a token of the same kind.
 */
export type AccountSignIn = Readonly<{
  /** Where a device's web view is sent; good for a few minutes. */
  urlFor: (ownership: Ownership) => Promise<string>
  /** The invitation that a bearer token stands for, or null. */
  invitationOf: (bearer: string, ownership: Ownership) => Promise<string | null>
  /** Pages below `/mdm/apple/account/sign-in`. */
  pages: Router
}>

type Deps = Readonly<{ app: App; publicUrl: string; organization: string; tickets: Tickets }>

/** How long a person may take to type the code, and a device to fetch its profile afterwards, ms. */
const signInValidMs = 15 * 60 * 1000
const accessValidMs = 60 * 60 * 1000

/** Wrong codes of one address in a minute. */
const wrongPerMinute = 10

const signInPurpose = 'account-sign-in'
const accessPurpose = 'account-access'

/** Where the device's web view waits for its token; a form's redirect must be allowed to go there. */
const resultScheme = 'apple-remotemanagement-user-login:'

/** The id of the invitation that a code belongs to, however it was typed. */
export const invitationOfCode = async ({ digest }: Tickets, code: string): Promise<string> =>
  (await digest('account-code', code.toUpperCase().replace(/[^A-Z0-9]/g, ''))).slice(0, 32)

export const accountSignIn = ({ app, publicUrl, organization, tickets }: Deps): AccountSignIn => {
  const attempts = attemptsOf(app.clock, { limit: wrongPerMinute, windowMs: 60_000 })

  /** The ownership that the link is for, or null when it has ended. */
  const ownershipOf = async (request: Request): Promise<Ownership | null> => {
    const { ticket } = request.params
    const [ownership] = (await tickets.read(signInPurpose, typeof ticket === 'string' ? ticket : '')) ?? []
    return ownership === 'personal' || ownership === 'organization' ? ownership : null
  }

  /** The invitation, now accepted; null for a code that opens nothing here. */
  const accepted = async (code: string, ownership: Ownership): Promise<string | null> => {
    const id = await invitationOfCode(tickets, code)
    const { state } = await app.load(accountEnrollment, id)
    if (state.offer?.ownership !== ownership) return null
    try {
      const data = { now: app.clock().toISOString() }
      await app.execute(accountEnrollment, id, { type: 'AcceptAccountEnrollment', data }, arrivalCause())
      return id
    } catch (error) {
      if (error instanceof Rejection) return null
      throw error
    }
  }

  const ask = (response: Response, status: number, problem: Html): void =>
    sendPage(response, status, { title: `Sign in to ${organization}`, body: html`${problem}${codeForm}` })

  const pages = Router()
    .use(...pageHeaders(["'self'", resultScheme]))
    .get('/:ticket', async (request, response) => {
      if ((await ownershipOf(request)) === null) sendPage(response, 403, endedPage)
      else ask(response, 200, html``)
    })
    .post('/:ticket', urlencoded({ extended: false, limit: '4kb', parameterLimit: 10 }), async (request, response) => {
      const ownership = await ownershipOf(request)
      if (ownership === null) return sendPage(response, 403, endedPage)
      const address = addressOf(request)
      if (!attempts.mayTry(address)) return ask(response.set('retry-after', '60'), 429, tooManyCodes)
      const { code } = (request.body ?? {}) as Readonly<{ code?: unknown }>
      const id = typeof code === 'string' && code.length <= 64 ? await accepted(code, ownership) : null
      if (id === null) {
        attempts.count(address)
        return ask(response, 403, wrongCode)
      }
      const token = await tickets.issue(accessPurpose, [id, ownership], accessValidMs)
      response.redirect(308, `${resultScheme}//authentication-results?access-token=${token}`)
    })

  return {
    urlFor: async (ownership) => {
      const ticket = await tickets.issue(signInPurpose, [ownership, randomUUID()], signInValidMs)
      return `${publicUrl}/mdm/apple/account/sign-in/${ticket}`
    },
    invitationOf: async (bearer, ownership) => {
      const [id, of] = (await tickets.read(accessPurpose, bearer)) ?? []
      return id !== undefined && of === ownership ? id : null
    },
    pages,
  }
}

/** Somebody whose device is not known yet does it. */
export const arrivalCause = (): Cause => {
  const id = randomUUID()
  return { id, actor: { kind: 'device', id: 'account-enrollment' }, correlationId: id, causationId: id }
}

const endedPage = {
  title: 'This sign-in has ended',
  body: html`<p role="alert">Go back to Settings and begin again.</p>`,
}
