import assert from 'node:assert/strict'
import { html } from '../../src/api/page.ts'

describe('A page', () => {
  it('takes text as text, and HTML as HTML', () => {
    const name = `<b class="x" id='y'>&`
    assert.equal(
      html`<p title="${name}">${name}</p>
        ${html`<i>${'a'}</i>`}`.html.replace(/\n */, ''),
      '<p title="&lt;b class=&quot;x&quot; id=&#39;y&#39;&gt;&amp;">&lt;b class=&quot;x&quot; id=&#39;y&#39;&gt;&amp;</p><i>a</i>',
    )
  })
})
