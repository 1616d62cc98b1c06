// Mocha's own report, and in the end one line for machines: to the file TEST_COUNTS_FILE if that is set, else to standard output.
const { writeFileSync } = require('node:fs')
const { reporters } = require('mocha')

module.exports = function reporter(runner, options) {
  const spec = new reporters.Spec(runner, options)
  runner.once('end', () => {
    const { passes, failures, pending } = runner.stats
    const counts = `${passes} passed, ${failures} failed, ${pending} skipped`
    const file = process.env.TEST_COUNTS_FILE
    if (file === undefined) process.stdout.write(`${counts}\n`)
    else writeFileSync(file, counts)
  })
  return spec
}
