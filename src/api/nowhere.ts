import { Router } from 'express'
import { html, pageHeaders, sendPage } from './page.ts'

/** Answers what nothing else has: people with a page, programs with JSON. Mount it behind everything. */
export const nowhere = (): Router =>
  Router().use(...pageHeaders(), (request, response) => {
    // Behind a proxy or in a log, a path of a megabyte helps nobody.
    const path = request.path.slice(0, 200)
    const reason = `There is nothing at ${request.method} ${path}.`
    if (request.accepts(['json', 'html']) === 'html') {
      const body = html`<p>There is nothing at <code>${path}</code> on this server.</p>
        <p><a class="button" href="/">To the console</a></p>`
      return void sendPage(response, 404, { title: 'Nothing here', body })
    }
    response.status(404).json({ message: 'Resource not found', errors: [{ name: 'base', reason }] })
  })
