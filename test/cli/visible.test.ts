import assert from 'node:assert/strict'
import { table } from '../../src/cli/table.ts'
import { visible, visibleLines } from '../../src/cli/visible.ts'

describe('What a terminal would obey [case M9]', () => {
  for (const [what, text, shown] of [
    ['a colour', '\u001b[31mred\u001b[0m', '\\u001b[31mred\\u001b[0m'],
    ['the title of the window', '\u001b]0;owned\u0007', '\\u001b]0;owned\\u0007'],
    ['a sequence of one character', '\u009b2J', '\\u009b2J'],
    ['a line over the one before', 'good\rbad', 'good\\rbad'],
    ['a line of its own', 'a\nb\tc', 'a\\nb\\tc'],
    ['a deletion', 'a\u0008\u007f', 'a\\u0008\\u007f'],
    ['another direction', 'txt\u202Egpj', 'txt\\u202egpj'],
    ['lines of Unicode', 'a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
    ['nothing at all', 'Zürich 東京 👩‍💻 \\ "', 'Zürich 東京 👩‍💻 \\ "'],
  ] as const)
    it(`is made visible: ${what}`, () => {
      assert.equal(visible(text), shown)
      assert.equal(table(['name'], [[text]]).split('\n')[1], shown.trimEnd())
    })

  it('is made visible in what has several lines, but for their ends', () => {
    assert.equal(visibleLines('one\ttwo\n\u001b[2Jthree\r\n'), 'one\ttwo\n\\u001b[2Jthree\\r\n')
  })

  it('leaves JSON what it is', () => {
    const value = { name: '\u001b\u009b\u202e\n"\\', list: ['\u2028'] }
    const printed = visibleLines(JSON.stringify(value, null, 2))
    assert.deepEqual(JSON.parse(printed), value)
    assert.doesNotMatch(printed, /[\u009b\u202e\u2028]/)
  })
})
