// Runs a program in the foreground, as if it had been started instead of this one.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/**
 * Runs `node` with these arguments, its input and output ours, and passes SIGINT and SIGTERM on. Answers its exit code; 128 and the signal's
 * number when a signal ended it.
 */
export const node = (args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: 'inherit', ...options })
    const forward = (signal) => {
      // A terminal's Ctrl-C has reached the child already; a second one would mean haste.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    process.on('SIGINT', forward).on('SIGTERM', forward)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward)
      resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
