import { html } from './page.ts'

/** Asks a person for an enrollment code, posted as `code` to the page itself. */
export const codeForm = html`<form method="post">
  <label for="code">The enrollment code that you were given</label>
  <input
    id="code"
    name="code"
    required
    maxlength="64"
    autocomplete="one-time-code"
    autocapitalize="characters"
    spellcheck="false"
  />
  <button type="submit">Sign in</button>
</form>`

/** Beside the form, after a code that opens nothing, or too many of them. */
export const wrongCode = html`<p role="alert">This code is not known, was used before, or has ended.</p>`

export const tooManyCodes = html`<p role="alert">Too many codes were tried. Wait a minute, then try again.</p>`
