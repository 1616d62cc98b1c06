import type { RequestHandler, Response } from 'express'
import { createHash } from 'node:crypto'
import helmet from 'helmet'

/** Text that is HTML already. */
export type Html = Readonly<{ html: string }>

/** Writes HTML as a template; every `${value}` that is text is escaped. */
export const html = (strings: TemplateStringsArray, ...values: readonly (string | Html)[]): Html => ({
  html: strings.reduce((text, part, index) => {
    const value = values[index - 1] ?? ''
    return `${text}${typeof value === 'string' ? escaped(value) : value.html}${part}`
  }),
})

/** One after the other. */
export const joined = (parts: readonly (string | Html)[], between: string | Html = ''): Html =>
  parts.reduce<Html>((all, part, index) => html`${all}${index === 0 ? '' : between}${part}`, { html: '' })

const style = `body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
a.button,button{display:inline-block;font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.5rem;background:#0b57d0;color:#fff;text-decoration:none}
input{display:block;font:inherit;width:100%;box-sizing:border-box;padding:.5rem;margin:.3rem 0 1rem;border:1px solid #555;border-radius:.4rem}
a:focus-visible,button:focus-visible,input:focus-visible{outline:3px solid #f5a623;outline-offset:2px}
[role=alert]{color:#a40000}
.wide{max-width:60rem}
pre{overflow-x:auto;font-size:.85rem;padding:.6rem;border:1px solid #8888;border-radius:.4rem}
code{font-size:.9em;overflow-wrap:anywhere}
details{margin:.4rem 0}
summary{cursor:pointer}
.fields{padding-left:1.2rem}
.type{opacity:.75}
@media(prefers-color-scheme:dark){body{color:#eee;background:#111}a{color:#9ec1ff}[role=alert]{color:#ff9c9c}}`

/** Text in an element of the page itself, with what the page's policy names it by. */
export type Inline = Readonly<{ element: Html; source: string }>

/**
 * A style or script that stands in the page. Nothing comes between the tags and the text, not even a blank, for browsers hash all that stands there.
 * https://www.w3.org/TR/CSP3/#match-element-to-source-list
 */
export const inline = (name: 'style' | 'script', text: string): Inline => ({
  element: { html: `<${name}>${text}</${name}>` },
  source: `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
})

const styles = inline('style', style)

/** The headers of pages: nothing is loaded from anywhere, nothing is kept, nobody is told where a link led from. */
export const pageHeaders = (formTargets: readonly string[] = []): readonly RequestHandler[] => [
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: [styles.source],
        formAction: formTargets.length === 0 ? ["'none'"] : [...formTargets],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
  }),
  (_request, response, next) => {
    response.set('cache-control', 'no-store')
    next()
  },
]

/** `title` is the heading too; `wide`: more than a few sentences. */
type Page = Readonly<{ title: string; body: Html; wide?: boolean }>

/** Sends a page. */
export const sendPage = (response: Response, status: number, page: Page): void => {
  response.status(status).type('text/html; charset=utf-8').send(pageOf(page))
}

/** The HTML of a page. */
export const pageOf = ({ title, body, wide = false }: Page): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${styles.element}
      </head>
      <body class="${wide ? 'wide' : ''}">
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `.html

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => entities[letter] ?? '')
