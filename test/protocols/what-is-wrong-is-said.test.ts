import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ParseError } from '../../src/kernel/parse-error.ts'
import { readConfigurationProfile } from '../../src/protocols/apple/configuration-profile.ts'
import { readDeclarationUpload } from '../../src/protocols/apple/declaration-upload.ts'
import { otherKindOf } from '../../src/protocols/other-kinds.ts'
import { kindOfUpload } from '../../src/protocols/kind-of-upload.ts'
import { readPlist } from '../../src/protocols/plist/read.ts'
import { readWindowsProfile } from '../../src/protocols/windows/profile-upload.ts'
import { readXml } from '../../src/protocols/xml/read-xml.ts'
import { strayMark } from '../../src/protocols/xml/stray-mark.ts'

const plist = (inner: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
  <key>PayloadDisplayName</key>
  ${inner}
</dict>
</plist>
`
const syncml = (data: string): string =>
  `<Replace>\n<Item><Target><LocURI>./Device/Vendor/MSFT/Policy/Config/A/B</LocURI></Target><Data>${data}</Data></Item>\n</Replace>`

const said = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (error instanceof ParseError) return error.message
    throw error
  }
  return 'taken'
}

describe('What is wrong with settings is said', () => {
  const marks: readonly (readonly [string, string, RegExp])[] = [
    ['an & of its own', plist('<string>Research & Development</string>'), /An & stands.*&amp;.*line 5, column 20\)/],
    ['an & with a ; far behind', plist('<string>a & b; c</string>'), /An & stands.*line 5, column 13\)/],
    ['an & in an address', plist('<string>http://x/?a=1&b=2</string>'), /An & stands.*line 5, column 24\)/],
    ['an & at the very end', plist('<string>a</string>') + '&', /An & stands.*line 8, column 1\)/],
    ['a reference of HTML', plist('<string>a&nbsp;b</string>'), /no reference by this name.*line 5, column 12\)/],
    ['a < of its own', plist('<string>1 < 2</string>'), /A < stands.*&lt;.*line 5, column 13\)/],
    ['a < before a number', plist('<string>a<2</string>'), /A < stands.*line 5, column 12\)/],
  ]
  for (const [what, text, expected] of marks)
    it(`with line, column and what to write: ${what} [case G7]`, () => {
      assert.match(
        said(() => readConfigurationProfile(Buffer.from(text))),
        expected,
      )
      assert.match(
        said(() => readPlist(Buffer.from(text))),
        expected,
      )
    })

  it('in SyncML and in messages too [case G7]', () => {
    assert.match(
      said(() => readWindowsProfile(Buffer.from(syncml('a & b')))),
      /An & stands.*line 2, column 87\)/,
    )
    assert.match(
      said(() => readWindowsProfile(Buffer.from(syncml('a &copy; b')))),
      /no reference by this name/,
    )
    const limits = { field: 'message', maxBytes: 1000, maxDepth: 9, maxElements: 9 }
    assert.match(
      said(() => readXml(Buffer.from('<a>\n<b>x & y</b></a>'), limits)),
      /An & stands.*line 2, column 6\)/,
    )
  })

  it('and nothing is said of marks where they are free [case G7]', () => {
    for (const text of [
      '<a><!-- a & b < c --></a>',
      '<a><![CDATA[a & b < c]]></a>',
      '<a b="&lt;&#38;&#x26;"/>',
      '<ü/>',
      '<!-- &',
    ])
      assert.equal(strayMark(text), null)
  })

  it('without reading a text more than once, however often it begins what it does not end [case G7]', () => {
    assert.equal(strayMark('<!--'.repeat(300_000)), null)
    assert.equal(strayMark('<![CDATA['.repeat(100_000)), null)
  })

  const utf16 = (text: string, start = '\ufeff'): Buffer => Buffer.from(start + text, 'utf16le')
  const kinds: readonly (readonly [string, Buffer, RegExp])[] = [
    ['UTF-16', utf16(plist('<string>a</string>')), /UTF-16.*UTF-8/],
    ['UTF-16 the other way round', utf16(plist('<string>a</string>')).swap16(), /UTF-16/],
    ['UTF-16 without a mark', utf16(plist('<string>a</string>'), ''), /UTF-16/],
    ['a binary property list', Buffer.from('bplist00\xd0\x08', 'latin1'), /binary property list.*plutil -convert xml1/],
    ['a signature in PEM', Buffer.from('-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n'), /PEM.*openssl pkcs7/],
    ['a signature in PEM by another name', Buffer.from('-----BEGIN CMS-----\nMIIB\n-----END CMS-----\n'), /PEM/],
    ['a certificate', Buffer.from('-----BEGIN CERTIFICATE-----\nMIIB\n'), /certificate in PEM/],
    ['an S/MIME message', Buffer.from('MIME-Version: 1.0\nContent-Type: application/pkcs7-mime\n\nMIIB'), /S\/MIME/],
    ['a ZIP archive', Buffer.from('PK\x03\x04', 'latin1'), /ZIP/],
    ['something packed', gzipSync('x'), /gzip/],
    ['rich text', Buffer.from('{\\rtf1\\ansi <?xml'), /rich text/],
    ['a web page', Buffer.from('<!DOCTYPE html>\n<html>'), /HTML/],
    ['nothing', Buffer.alloc(0), /empty/],
  ]
  for (const [what, bytes, expected] of kinds)
    it(`by what it is: ${what} [case G7]`, () => {
      for (const read of [readConfigurationProfile, readDeclarationUpload, readWindowsProfile, kindOfUpload])
        assert.match(
          said(() => read(bytes)),
          expected,
        )
    })

  it('of what is blank throughout alone, however wide a margin it begins with [case G7]', () => {
    const wide = ' '.repeat(600)
    for (const [text, kind] of [
      [wide, 'empty.'],
      [`\ufeff${wide}`, 'empty.'],
      [`${wide}{`, null],
      [`\ufeff${wide}{`, null],
    ] as const)
      assert.equal(otherKindOf(Buffer.from(text)), kind)
  })

  describe('of what is signed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-said-'))
    after(() => {
      rmSync(folder, { recursive: true })
    })
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })

    it('detached, encrypted and cut off are told apart [case G7]', function () {
      this.timeout(20_000)
      writeFileSync(join(folder, 'p.xml'), plist('<string>a</string>'))
      const request = 'req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -subj /CN=x -days 2'
      openssl(...request.split(' '))
      openssl(...'cms -sign -binary -in p.xml -signer c.pem -inkey k.pem -outform DER -out detached'.split(' '))
      openssl(...'cms -encrypt -binary -in p.xml -outform DER -out encrypted c.pem'.split(' '))
      openssl(...'cms -sign -binary -nodetach -in p.xml -signer c.pem -inkey k.pem -outform DER -out whole'.split(' '))
      const of = (name: string, end?: number) =>
        said(() => readConfigurationProfile(readFileSync(join(folder, name)).subarray(0, end)))
      assert.match(of('detached'), /detached.*-nodetach/)
      assert.match(of('encrypted'), /encrypted/)
      assert.match(of('whole', 500), /longer than|cut|ends/)
      assert.match(of('whole'), /PayloadType/)
    })
  })
})
