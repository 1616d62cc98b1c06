import { Router } from 'express'

/** What a check found. `detail` is a few words for an operator; it is shown to whoever can reach `/readyz`. */
export type CheckResult = Readonly<{ ok: boolean; detail?: string }>

/** Something that this process needs. Unless `vital` is false, the process is not ready without it. */
export type Check = Readonly<{ name: string; vital?: boolean; check: () => Promise<CheckResult> }>

export type OperationsDeps = Readonly<{
  checks: readonly Check[]
  /** The figures for Prometheus, and their content type. */
  metrics: () => Promise<string>
  contentType: string
  /** How long a check may take, ms; later counts as failed. 2,000 by default. */
  patienceMs?: number
}>

/** `/healthz`: the process answers. `/readyz`: what it needs is there (503 if not). `/metrics`: figures for Prometheus. */
export const operationsRouter = ({ checks, metrics, contentType, patienceMs = 2000 }: OperationsDeps): Router =>
  Router()
    .get('/healthz', (_, response) => {
      response.set('cache-control', 'no-store').json({ ok: true })
    })
    .get('/readyz', async (_, response) => {
      const results = await Promise.all(checks.map((check) => resultOf(check, patienceMs)))
      const ready = results.every(({ ok, vital }) => ok || !vital)
      response
        .status(ready ? 200 : 503)
        .set('cache-control', 'no-store')
        .json({ ok: ready, checks: results })
    })
    .get('/metrics', async (_, response) => {
      response.set('content-type', contentType).send(await metrics())
    })

/** Never rejects: a check that throws or takes too long has failed. What it threw may be secret and is not shown. */
const resultOf = async ({ name, vital = true, check }: Check, patienceMs: number) => {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<CheckResult>((resolve) => {
    timer = setTimeout(() => {
      resolve({ ok: false, detail: `no answer within ${String(patienceMs)} ms` })
    }, patienceMs)
  })
  try {
    return { name, vital, ...(await Promise.race([check(), tooLate])) }
  } catch {
    return { name, vital, ok: false, detail: 'the check failed' }
  } finally {
    clearTimeout(timer)
  }
}
