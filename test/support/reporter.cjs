// Mocha's own report, and in the end, for machines: a line for each test that failed, and one that counts. To the file TEST_COUNTS_FILE if that
// is set, else to standard output.
const { writeFileSync } = require('node:fs')
const { reporters } = require('mocha')

const most = 600

module.exports = function reporter(runner, options) {
  const spec = new reporters.Spec(runner, options)
  const failed = []
  runner.on('fail', (test, error) => {
    const reason = String(error?.stack ?? error)
      .replace(/\s+/g, ' ')
      .slice(0, most)
    failed.push(`FAILED ${test.fullTitle()}: ${reason}`)
  })
  runner.once('end', () => {
    const { passes, failures, pending } = runner.stats
    const lines = [...failed, `${passes} passed, ${failures} failed, ${pending} skipped`].join('\n')
    const file = process.env.TEST_COUNTS_FILE
    if (file === undefined) process.stdout.write(`${lines}\n`)
    else writeFileSync(file, lines)
  })
  return spec
}
