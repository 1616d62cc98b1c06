import { compose } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { quiet } from './quiet.ts'
import type { Asked, Told } from './own-process.ts'

/** A server in a process of its own, for benchmarks that measure the process. Settings come from the environment; the parent asks, and it tells. */
const tell = (told: Told): void => void process.send?.(told)

const begun = performance.now()
const muster = await compose(readConfig(process.env), quiet)
tell({ kind: 'ready', port: muster.port ?? 0, token: muster.firstToken, took: performance.now() - begun })

process.on('message', ({ kind }: Asked) => {
  if (kind === 'memory')
    return tell({ kind: 'memory', now: process.memoryUsage.rss(), peak: process.resourceUsage().maxRSS * 1024 })
  void muster.stop().then(() => process.exit())
})
process.on('disconnect', () => process.exit(1))
