/** What became of one enrollment id; keys as NanoMDM spells them. `push_result` names the push. */
export type EnrollmentResult = Readonly<{ push_result?: string; push_error?: string; command_error?: string }>

/**
 * The answer of NanoMDM's push and enqueue calls.
 * https://github.com/micromdm/nanomdm/blob/main/docs/openapi.yaml
 */
export type ApiResult = Readonly<{
  status?: Readonly<Record<string, EnrollmentResult>>
  no_push?: true
  push_error?: string
  command_error?: string
  command_uuid?: string
  request_type?: string
}>

/** 200 when no id failed, 500 when all did, 207 in between; a failure of the whole call is 500 too. */
export const statusOf = ({ status = {}, push_error, command_error }: ApiResult): 200 | 207 | 500 => {
  if (push_error !== undefined || command_error !== undefined) return 500
  const results = Object.values(status)
  const failed = results.filter((result) => result.push_error !== undefined || result.command_error !== undefined)
  if (failed.length === 0) return 200
  return failed.length === results.length ? 500 : 207
}
