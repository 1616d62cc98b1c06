import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takeBackup } from '../../src/cli/backup.ts'
import { musterClient } from '../../src/client/muster-client.ts'
import { compose } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { restore } from '../../src/restore.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import { freshDatabase } from '../support/postgres.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

describe('A server that is lost', function () {
  this.timeout(120_000)
  let folder: string
  let server: TestServer
  let fleet: AppleFleet
  const file = (): string => join(folder, 'muster.backup')

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-backup-'))
    server = await startServer({ environment: { MUSTER_DECLARATIONS: 'off' } })
    fleet = await story.enrolledFleet(server, { count: 2, seed: 'backed up' })
    await story.upload(server.client, story.profileCalled('wifi'))
    await story.converge(fleet, ['wifi'])
    await eventually('nothing goes on', async () =>
      (await server.client.commands.list()).results.every(({ status }) => status === 'Acknowledged'),
    )
    assert.ok((await takeBackup(server.client, file())) > 0)
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const historyOf = async (client: TestServer['client']) => {
    const [mac] = fleet.devices
    assert.ok(mac !== undefined)
    return story.historyOf(client, mac)
  }

  it('is there again from a backup that it took while it served, with each host’s history and the keys to go on [case M12]', async () => {
    const before = await historyOf(server.client)
    const database = await freshDatabase()
    try {
      const config = readConfig({
        ...server.environment,
        DATABASE_URL: database.url,
        MUSTER_DATA: join(folder, 'again'),
        MUSTER_PORT: '0',
      })
      const { rows, log } = await restore(config, file(), quiet)
      assert.ok(rows > before.length)
      assert.equal(log, true)
      const again = await compose(config, quiet)
      const client = musterClient({ url: again.url, token: server.token, ca: again.caPem })
      try {
        assert.equal(again.firstToken, null, 'the first token is that of before')
        assert.equal(again.caPem, server.caPem, 'devices find the authority that they know')
        // Until the read models are filled from the log, it knows nobody.
        await eventually('the hosts are listed', async () => (await client.hosts.count().catch(() => 0)) === 2)
        const after = await historyOf(client)
        assert.deepEqual(after, before)
        const { activities } = await server.client.activities()
        assert.equal(activities[0]?.type, 'took_backup')
      } finally {
        client.close()
        await again.stop()
      }
    } finally {
      await database.drop()
    }
  })

  it('is not written over another', async () => {
    const config = readConfig({ ...server.environment, MUSTER_DATA: join(folder, 'other') })
    await assert.rejects(restore(config, file(), quiet), /There is a Muster in this place already/)
  })

  it('is not restored from a backup that was cut off or changed, or from something else, and nothing is written', async () => {
    const database = await freshDatabase()
    try {
      const config = readConfig({ ...server.environment, DATABASE_URL: database.url, MUSTER_DATA: join(folder, 'none') })
      const whole = await readFile(file())
      const damaged = join(folder, 'damaged.backup')
      await writeFile(damaged, whole)
      await truncate(damaged, Math.floor(whole.length / 2))
      await assert.rejects(restore(config, damaged, quiet), /cut off or damaged/)
      await writeFile(damaged, 'no backup at all')
      await assert.rejects(restore(config, damaged, quiet), /no backup/)
      const { rows } = await restore(config, file(), quiet)
      assert.ok(rows > 0, 'the place was still empty')
    } finally {
      await database.drop()
    }
  })
})
