import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diagnose } from '../../../src/adapters/eventstore/diagnosis.ts'
import { eventStoreLog } from '../../../src/adapters/eventstore/event-log.ts'
import { LogRefused, LogUnavailable } from '../../../src/app/ports.ts'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { selfSigned } from '../../support/eventstore-server/certificate.ts'
import { fact, texts } from '../../support/eventstore-server/fixture.ts'
import type { EventStoreServer } from '../../support/eventstore-server/server.ts'
import { eventStoreServer } from '../../support/eventstore-server/server.ts'

describe('An event log in EventStoreDB behind TLS', () => {
  let server: EventStoreServer
  let folder: string
  const urlFor = (user: string) =>
    `${server.url.replace('://', `://${user}@`)}&tlsCAFile=${encodeURIComponent(join(folder, 'ca.pem'))}`

  before(async () => {
    const tls = selfSigned()
    folder = await mkdtemp(join(tmpdir(), 'eventstore-'))
    await writeFile(join(folder, 'ca.pem'), tls.certificate)
    server = await eventStoreServer({ tls, credentials: { username: 'admin', password: 'p@ss:wörd' } })
  })
  after(async () => {
    server.stop()
    await rm(folder, { recursive: true })
  })

  it('[case P11] reaches a server by its address, on every Node', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => void warnings.push(warning)
    process.on('warning', note)
    const log = await eventStoreLog({ url: urlFor(`admin:${encodeURIComponent('p@ss:wörd')}`), patience: { attempts: 1 } })
    assert.match(server.url, /127\.0\.0\.1/)
    assert.equal(await log.head(), null)
    await log.close()
    process.off('warning', note)
    assert.deepEqual(
      warnings.filter(({ message }) => message.includes('ServerName')),
      [],
    )
  })

  it('[case P11] holds the certificate against the address', async () => {
    const elsewhere = selfSigned()
    await writeFile(join(folder, 'elsewhere.pem'), elsewhere.certificate)
    const stranger = await eventStoreServer({ tls: elsewhere, host: '0.0.0.0' })
    const by = stranger.url.replace('127.0.0.1', '127.0.0.2')
    const log = await eventStoreLog({
      url: `${by}&tlsCAFile=${encodeURIComponent(join(folder, 'elsewhere.pem'))}`,
      patience: { attempts: 1 },
    })
    await assert.rejects(log.head(), LogUnavailable)
    assert.match(
      (await diagnose(`${by}&tlsCAFile=${encodeURIComponent(join(folder, 'elsewhere.pem'))}`, null)) ?? '',
      /is for other names/,
    )
    await log.close()
    stranger.stop()
  })

  it('[case P5] says why a server cannot be used: its authority, tls=false, and what else the TLS stack tells', async () => {
    const away = new LogUnavailable('It did not answer.')
    const withCa = `${server.url}&tlsCAFile=${encodeURIComponent(join(folder, 'ca.pem'))}`
    assert.match((await diagnose(server.url, away)) ?? '', /127\.0\.0\.1:\d+ is not signed by an authority .* tlsCAFile/)
    assert.match(
      (await diagnose(server.url.replace('tls=true', 'tls=false'), away)) ?? '',
      /speaks TLS, and the URL says tls=false/,
    )
    assert.equal(await diagnose(withCa, away), null)
    assert.equal(await diagnose('esdb://127.0.0.1:1?tls=true', away), null)
    const open = await eventStoreServer()
    assert.match((await diagnose(open.url.replace('tls=false', 'tls=true'), away)) ?? '', /does not speak TLS; .* tls=false/)
    open.stop()
  })

  it('takes credentials that need encoding in a URL', async () => {
    const log = await eventStoreLog({ url: urlFor(`admin:${encodeURIComponent('p@ss:wörd')}`) })
    await log.append('host-1', [fact('one')], 'no_stream')
    assert.deepEqual(texts(await log.readStream('host-1')), ['one'])
    await log.close()
  })

  it('says at once that credentials are wrong, without repeating', async () => {
    const log = await eventStoreLog({ url: urlFor('admin:guess') })
    const before = server.calls().append
    const denied = (error: unknown) => error instanceof LogRefused && error.message.includes('password')
    await assert.rejects(log.head(), denied)
    await assert.rejects(log.append('host-2', [fact('two')], 'no_stream'), denied)
    assert.equal(server.calls().append, before)
    await log.close()
  })

  it('does not trust a server whose authority it was not told', async () => {
    const log = await eventStoreLog({ url: server.url, patience: { attempts: 2, firstDelay: 1 } })
    await assert.rejects(log.head(), LogUnavailable)
    await log.close()
  })

  it('says which certificate file cannot be read', async () => {
    await assert.rejects(eventStoreLog({ url: `${server.url}&tlsCAFile=${join(folder, 'none.pem')}` }), (error) => {
      assert.ok(error instanceof ParseError)
      assert.deepEqual([error.field, error.message.includes('none.pem')], ['tlsCAFile', true])
      return true
    })
  })

  it('warns when credentials would not be sent, and does not repeat them', async () => {
    const said: unknown[] = []
    const say = (...line: readonly unknown[]) => void said.push(...line)
    const log = await eventStoreLog({
      url: 'esdb://admin:secret@127.0.0.1:1?tls=false',
      log: { info: say, warn: say, error: say },
    })
    assert.match(JSON.stringify(said), /not sent/)
    assert.doesNotMatch(JSON.stringify(said), /secret/)
    await log.close()
  })
})
