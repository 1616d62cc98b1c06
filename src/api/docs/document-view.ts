import type { Html } from '../page.ts'
import { html, joined } from '../page.ts'
import type { Content, MediaType, OpenApiDocument, Operation, Parameter, Reference, Reply } from './openapi.ts'
import { methods } from './openapi.ts'
import { fieldView, prose, schemaView } from './schema-view.ts'

type Shown = Readonly<{ method: string; path: string; operation: Operation }>

/** The whole document for people. Nothing in it needs a script. */
export const documentView = (document: OpenApiDocument): Html => {
  const all = operationsOf(document)
  const byTag = document.tags.map(({ name }) => ({ name, shown: all.filter(({ operation }) => operation.tags.includes(name)) }))
  const links = byTag.map(({ name }) => html`<li><a href="#tag-${anchorOf(name)}">${name}</a></li>`)
  return html`<nav aria-label="Contents">
      <ul>
        ${joined(links)}
        <li><a href="#schemas">Schemas</a></li>
      </ul>
    </nav>
    ${joined(document.info.description.split('\n\n').map((paragraph) => html`<p>${prose(paragraph)}</p>`))}
    <p>
      This is version ${document.info.version}, as a document of OpenAPI ${document.openapi}:
      <a href="/api/docs/openapi.json">openapi.json</a>.
    </p>
    ${joined(
      byTag.map(
        ({ name, shown }) =>
          html`<h2 id="tag-${anchorOf(name)}">${name}</h2>
            ${joined(shown.map(operationView))}`,
      ),
    )}
    <h2 id="schemas">Schemas</h2>
    ${joined(
      Object.entries(document.components.schemas).map(
        ([name, schema]) =>
          html`<h3 id="schema-${name}">${name}</h3>
            ${schemaView(schema)}`,
      ),
    )}`
}

const operationsOf = ({ paths, servers }: OpenApiDocument): readonly Shown[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method]
      const [server] = item.servers ?? servers
      const prefix = server?.url.replace(/\/$/, '') ?? ''
      return operation === undefined ? [] : [{ method: method.toUpperCase(), path: `${prefix}${path}`, operation }]
    }),
  )

const operationView = ({ method, path, operation }: Shown): Html => {
  const { operationId, summary, description, deprecated, parameters = [], requestBody, responses } = operation
  const roles = operation['x-roles']
  const own = parameters.filter((one) => 'name' in one)
  return html`<details id="${operationId}">
    <summary><code>${method} ${path}</code> ${deprecated === true ? 'Older path.' : summary}</summary>
    ${description === undefined ? '' : html`<p>${prose(description)}</p>`}
    <p>${roles === undefined ? 'Open to everybody.' : `Open to: ${roles.join(', ')}.`}</p>
    ${partOf('path', 'In the path', own)}${partOf('query', 'In the query', own)}
    ${
      requestBody === undefined
        ? ''
        : html`<h4>Body${requestBody.required ? '' : ', optional'}</h4>
            ${contentView(requestBody.content)}`
    }
    ${joined(Object.entries(responses).map(([status, reply]) => replyView(status, reply)))}
  </details>`
}

const partOf = (place: Parameter['in'], title: string, parameters: readonly Parameter[]): Html | string => {
  const here = parameters.filter((one) => one.in === place)
  if (here.length === 0) return ''
  const rows = here.map(({ name, schema, required, description }) =>
    fieldView(name, description === undefined ? schema : { ...schema, description }, required),
  )
  return html`<h4>${title}</h4>
    <ul class="fields">
      ${joined(rows)}
    </ul>`
}

/** Refusals are the same everywhere, and told once. */
const replyView = (status: string, reply: Reply | Reference): Html | string =>
  '$ref' in reply
    ? ''
    : html`<h4>${status}</h4>
        <p>${prose(reply.description)}</p>
        ${reply.content === undefined ? '' : contentView(reply.content)}`

const contentView = (content: Content): Html =>
  joined(
    Object.entries(content).map(
      ([type, media]) =>
        html`<p><code>${type}</code></p>
          ${media.schema === undefined ? '' : schemaView(media.schema)}${joined(examplesIn(media).map(exampleView))}`,
    ),
  )

const examplesIn = ({ example, examples }: MediaType): readonly unknown[] =>
  examples === undefined ? (example === undefined ? [] : [example]) : Object.values(examples).map(({ value }) => value)

const exampleView = (example: unknown): Html => html`<pre>${JSON.stringify(example, null, 2)}</pre>`

const anchorOf = (name: string): string => name.toLowerCase().replace(/[^a-z]+/g, '-')
