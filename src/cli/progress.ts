import { SingleBar } from 'cli-progress'

/** How far something is; `note` says more, for those who read lines. */
export type Progress = Readonly<{ done: number; total: number; note: string }>

/** Shows progress beside the answer: a bar at a terminal, a line each time that it changed elsewhere. `stop` may be called twice. */
export type ProgressBar = Readonly<{ show: (progress: Progress) => void; stop: () => void }>

export const progressBar = (title: string): ProgressBar => {
  if (!process.stderr.isTTY) {
    let last = ''
    return {
      show: ({ done, total, note }) => {
        const line = `${title}: ${String(done)} of ${String(total)}${note === '' ? '' : `; ${note}`}`
        if (line !== last) process.stderr.write(`${line}\n`)
        last = line
      },
      stop: () => undefined,
    }
  }
  const bar = new SingleBar({ format: `${title} {bar} {value}/{total} {note}`, stream: process.stderr, hideCursor: true })
  let started = false
  return {
    show: ({ done, total, note }) => {
      if (!started) bar.start(total, done, { note })
      bar.setTotal(total)
      bar.update(done, { note })
      started = true
    },
    stop: () => {
      if (started) bar.stop()
      started = false
    },
  }
}
