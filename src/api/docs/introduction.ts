/** What is true of all routes, paragraph by paragraph, in Markdown. */
export const introduction: readonly string[] = [
  'The admin API of Muster: the paths and the JSON of Fleet’s REST API, so that scripts and GitOps files keep working, and under the same prefix what else Muster knows (history, a host as it was, undo).',
  'Every request carries an API token: `Authorization: Bearer …`. Tokens have a role; each route names the roles that may call it (`x-roles`).',
  'A refusal is answered with a status of 400 or above and says what was wrong, field by field: 400 for a query or a path that makes no sense, 401 without a valid token, 403 for a role that may not, 404 for what does not exist, 409 for a rule that says no, 413 for too large a body, 422 for a field of the body, 429 for too many requests. With 503 and some 429, `Retry-After` says when to come again.',
  'Lists come in pages: `page` counts from 0, and `meta.has_next_results` tells whether more follows.',
  'A write is answered once reads show it; when they do not in time, the header `x-read-models: behind` says so. Writes may be repeated. Requests that belong together name one UUID in the header `x-change-set`; `GET /activities?change_set=…` finds all that followed. The header `x-request-id` is taken over, and answered.',
  'Answers may gain fields. `/api/latest/fleet` is the same as `/api/v1/fleet`.',
  'Devices and agents have edges of their own, in the protocols of their makers and not told here: `/mdm/apple/*` (check-in, commands, SCEP, enrollment), `/EnrollmentServer/Discovery.svc` and `/api/mdm/microsoft/*` (Windows), `/api/osquery/*` and `/api/fleet/orbit/*` (agents), `/v1/*` (the tools of NanoMDM, with a key of their own).',
]
