import { eventually } from '../support/eventually.ts'
import type { MusterProcess } from '../support/muster-process.ts'
import { musterProcess } from '../support/muster-process.ts'
import { pollingFleet } from '../support/polling-fleet.ts'
import type { TestRedis } from '../support/redis.ts'
import { redisOrSkip } from '../support/redis.ts'

const hosts = 40

describe('Redis that forgets everything in the middle of a rollout', function () {
  this.timeout(180_000)
  let redis: TestRedis | undefined
  let server: MusterProcess | undefined
  let macs: Awaited<ReturnType<typeof pollingFleet>> | undefined

  after(async () => {
    await macs?.stop()
    await server?.close()
    await redis?.discard()
  })

  it('delays the rollout, and loses nothing', async function () {
    redis = await redisOrSkip(this)
    server = await musterProcess({ REDIS_URL: redis.url })
    const fleet = (macs = await pollingFleet(server, hosts))
    await fleet.fleet.enroll()
    const wanted = await fleet.upload()

    await eventually('some profiles are installed', () => fleet.installed() >= hosts)
    await redis.flushall()
    await eventually('half of the profiles are installed', () => fleet.installed() >= (hosts * wanted.length) / 2, 60_000)
    await redis.kill()
    await redis.restart()
    await eventually('all devices hold all profiles', () => fleet.converged(wanted) === hosts, 90_000)

    const [first, ...rest] = wanted
    await redis.flushall()
    await fleet.client.profiles.delete(first?.profileUuid ?? '')
    await eventually('the deleted profile is gone everywhere', () => fleet.converged(rest) === hosts, 60_000)
  })
})
