import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { EmbeddedPostgresOptions } from '../../../src/adapters/postgres/embedded.ts'
import { startEmbeddedPostgres } from '../../../src/adapters/postgres/embedded.ts'
import { eventually } from '../../support/eventually.ts'

describe('The embedded Postgres', function () {
  this.timeout(60_000)
  let folder: string
  let dataFolder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-embedded-'))
    await chmod(folder, 0o711)
    dataFolder = join(folder, 'new', 'data')
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('makes its cluster at the first start, with a password that only its owner can read', async () => {
    const { url, stop } = await startEmbeddedPostgres({ dataFolder })
    try {
      await query(url, 'create table kept (value text)')
      await query(url, `insert into kept values ('first')`)
      const [settings] = await query(
        url,
        `select current_setting('listen_addresses') as address, current_setting('fsync') as fsync`,
      )
      assert.deepEqual(settings, { address: '127.0.0.1', fsync: 'on' })
      assert.equal((await stat(`${dataFolder}.password`)).mode & 0o777, 0o600)
      assert.ok(url.includes(await readFile(`${dataFolder}.password`, 'utf8')))
      const wrong = new URL(url)
      wrong.password = 'wrong'
      await assert.rejects(query(wrong.href, 'select 1'), /password authentication failed/)
    } finally {
      await stop()
    }
    await assert.rejects(query(url, 'select 1'), /ECONNREFUSED/)
  })

  it('keeps data and password over a restart, and takes the port it is given', async () => {
    const earlier = await readFile(`${dataFolder}.password`, 'utf8')
    const port = await freePort()
    await started({ dataFolder, port }, async (url) => {
      assert.equal(url, `postgres://postgres:${earlier}@127.0.0.1:${String(port)}/postgres`)
      assert.deepEqual(await query(url, 'select value from kept'), [{ value: 'first' }])
    })
  })

  const killServer = async (): Promise<void> => {
    const [pid = ''] = (await readFile(join(dataFolder, 'postmaster.pid'), 'utf8')).split('\n')
    process.kill(Number(pid), 'SIGKILL')
  }

  it('[case M1] is started again on the same port when it dies alone, with its data', async () => {
    await started({ dataFolder }, async (url) => {
      await killServer()
      await eventually('it answers again', async () =>
        query(url, 'select value from kept').then(
          ([row]) => (row as { value: string }).value === 'first',
          () => false,
        ),
      )
    })
  })

  it('[case M1] says so when it does not stay up, so that the process can end', async () => {
    let gone = 0
    const { url, stop } = await startEmbeddedPostgres({ dataFolder, onGone: () => (gone += 1) })
    await eventually(
      'it is given up',
      async () => {
        if (gone === 0 && (await query(url, 'select 1').catch(() => null)) !== null) await killServer()
        return gone === 1
      },
      60_000,
    )
    await stop()
    await assert.rejects(query(url, 'select 1'), /ECONNREFUSED/)
  })

  it('can be stopped twice', async () => {
    const { stop } = await startEmbeddedPostgres({ dataFolder })
    await Promise.all([stop(), stop()])
    await stop()
  })

  it('refuses a second server on the folder of a Muster that is running', async () => {
    await started({ dataFolder }, async (url) => {
      await assert.rejects(
        startEmbeddedPostgres({ dataFolder }),
        new RegExp(`in use by another Muster, process ${String(process.pid)}`),
      )
      await query(url, 'select 1')
    })
  })

  it('starts after its Muster was killed, stopping the server that was left behind', async () => {
    const { url, pid } = await startAndKill(dataFolder)
    await query(url, `insert into kept values ('second')`) // still running
    await started({ dataFolder }, async (now) => {
      assert.notEqual(await serverIn(dataFolder), pid)
      assert.equal((await query(now, 'select value from kept')).length, 2)
    })
  })

  it('starts after its Muster and the server were killed', async () => {
    const { url, pid } = await startAndKill(dataFolder)
    await query(url, `insert into kept values ('third')`)
    process.kill(pid, 'SIGKILL')
    await started({ dataFolder }, async (now) => {
      assert.equal((await query(now, 'select value from kept')).length, 3)
    })
  })

  it('starts when the lock of a killed server names what is another program now', async () => {
    await writeFile(join(dataFolder, 'postmaster.pid'), `${String(process.pid)}\n${dataFolder}\n`)
    await started({ dataFolder }, (url) => query(url, 'select 1'))
  })

  it('starts anew where making the cluster was interrupted', async () => {
    const interrupted = join(folder, 'interrupted')
    await mkdir(`${interrupted}.unfinished`)
    await writeFile(join(`${interrupted}.unfinished`, 'PG_VERSION'), '18')
    await mkdir(interrupted)
    await started({ dataFolder: interrupted, durable: false }, async (url) => {
      assert.deepEqual(await query(url, 'show fsync'), [{ fsync: 'off' }])
    })
  })

  it('names a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    assert.ok(address !== null && typeof address === 'object')
    await assert.rejects(startEmbeddedPostgres({ dataFolder, port: address.port }), /did not start.*Address already in use/)
    taken.close()
  })

  it('names a password file that was lost, and leaves the cluster alone', async () => {
    await rename(`${dataFolder}.password`, `${dataFolder}.away`)
    await assert.rejects(startEmbeddedPostgres({ dataFolder }), /data\.password is not there/)
    await rename(`${dataFolder}.away`, `${dataFolder}.password`)
    await started({ dataFolder }, (url) => query(url, 'select from kept'))
  })

  it('refuses a folder that holds something else', async () => {
    await assert.rejects(startEmbeddedPostgres({ dataFolder: folder }), /neither empty nor a Postgres cluster/)
  })

  it('names the folder that the account it runs as may not enter', async function () {
    if (process.getuid?.() !== 0) return this.skip() // Only root hands the server to another account.
    const closed = join(folder, 'closed')
    await mkdir(closed, { mode: 0o700 })
    await assert.rejects(startEmbeddedPostgres({ dataFolder: join(closed, 'data') }), new RegExp(`may not enter ${closed}`))
  })
})

const started = async (options: EmbeddedPostgresOptions, use: (url: string) => Promise<unknown>): Promise<void> => {
  const { url, stop } = await startEmbeddedPostgres(options)
  try {
    await use(url)
  } finally {
    await stop()
  }
}

const query = async (url: string, text: string): Promise<readonly object[]> => {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<object>(text)).rows
  } finally {
    await client.end()
  }
}

/** Starts the server in a process of its own and kills that with SIGKILL; answers with what is left running. */
const startAndKill = async (dataFolder: string): Promise<Readonly<{ url: string; pid: number }>> => {
  const source = new URL('../../../src/adapters/postgres/embedded.ts', import.meta.url).href
  const script = `const { startEmbeddedPostgres } = await import(${JSON.stringify(source)})
    const { url } = await startEmbeddedPostgres({ dataFolder: ${JSON.stringify(dataFolder)} })
    console.log(url)
    setInterval(() => undefined, 1000)`
  const flags = ['--import', 'tsx', '--input-type=module', '--eval', script]
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown]
  const url = String(printed).trim()
  assert.match(url, /^postgres:/)
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  return { url, pid: await serverIn(dataFolder) }
}

const serverIn = async (dataFolder: string): Promise<number> =>
  Number.parseInt(await readFile(join(dataFolder, 'postmaster.pid'), 'utf8'), 10)

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  assert.ok(address !== null && typeof address === 'object')
  return address.port
}
