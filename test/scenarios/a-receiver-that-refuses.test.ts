import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually } from '../support/eventually.ts'
import type { Program } from '../support/program.ts'
import { programAt } from '../support/program.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'

describe('A receiver that refuses', function () {
  this.timeout(120_000)
  let server: TestServer
  let program: Program
  let refuses = true
  const taken: string[] = []
  const receiver = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { type } = JSON.parse(Buffer.concat(parts).toString()) as Readonly<{ type: string }>
      if (!refuses) taken.push(type)
      response.writeHead(refuses ? 400 : 200).end()
    })
  })

  before(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/`
    server = await startServer({ environment: { MUSTER_ACTIVITIES_WEBHOOK_URL: url, MUSTER_LEAST_FREE_MB: '900000000' } })
    program = await programAt(server)
    for (const name of ['Red', 'Green', 'Blue']) await server.client.teams.create({ name })
    await eventually('all three are set aside', async () => (await asides()).length >= 3, 60_000)
  })
  after(async () => {
    await server?.stop()
    await program?.remove()
    await new Promise((resolve) => receiver.close(resolve))
  })

  const muster = (...args: readonly string[]) => program.run('webhooks', ...args)
  const asides = () => server.client.webhooks.setAside('activities', 'created_team')

  it('is seen in the list, with what it refused', async () => {
    const { code, out } = await muster()
    assert.equal(code, 0)
    assert.match(out, /activities +set +\d+ .*created_team 3/)
    assert.match(out, /devices +none +0/)
    const refused = await muster('refused', 'activities', '--topic', 'created_team')
    assert.equal(refused.code, 0)
    assert.equal(refused.out.match(/created_team/g)?.length, 3)
    assert.match(refused.out, /400/)
  })

  it('is asked after by a name that it has, and by ids that are some', async () => {
    for (const [args, problem] of [
      [['refused', 'nobody'], /value 'nobody' is invalid for argument 'webhook'. Allowed choices are devices, activities/],
      [['resend', 'activities'], /Say which: ids, --topic <topic>, or --all/],
      [['discard', 'activities', 'x'], /An id is a whole number/],
      [['resend', 'activities', '--all', '--topic', 'created_team'], /cannot be used with/],
      [['resend', 'devices', '--all'], /Nobody is told: MUSTER_WEBHOOK_URL is not set/],
    ] as const) {
      const { code, errors } = await muster(...args)
      assert.notEqual(code, 0, args.join(' '))
      assert.match(errors, problem)
    }
    assert.equal((await asides()).length, 3)
  })

  it('is told again what it refused, one by one and by topic, and is not told what is thrown away', async () => {
    refuses = false
    const [first, ...others] = await asides()
    const discarded = await muster('discard', 'activities', String(first?.id))
    assert.match(discarded.out, /^1 were thrown away\./)
    const one = await muster('resend', 'activities', String(others[0]?.id), '--json')
    assert.deepEqual(JSON.parse(one.out), { resent: 1 })
    const rest = await muster('resend', 'activities', '--topic', 'created_team')
    assert.match(rest.out, /^1 are sent again\./)
    await eventually('it is told two', () => taken.filter((type) => type === 'created_team').length === 2, 60_000)
    assert.deepEqual(await asides(), [])
  })

  it('is named by the doctor, beside a disk with little room [case M10]', async () => {
    const { code, out } = await program.run('doctor')
    assert.match(out, /process +warns +room: \d+ MB are free where the data folder lies; 900000000 MB are the least/)
    assert.match(out, /webhooks +/)
    assert.ok(code === 0 || code === 1)
  })
})
