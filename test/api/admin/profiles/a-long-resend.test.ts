import assert from 'node:assert/strict'
import { host } from '../../../../src/domain/host/host.ts'
import { mobileconfig, profileForm } from '../../../support/admin-api.ts'
import { enrollHost, testCause } from '../../../support/app.ts'
import { reportOf } from '../../../support/host-stories.ts'
import type { PlanningRig } from '../../planning/rig.ts'
import { planningRig } from '../../planning/rig.ts'

/** So many are asked again while a request waits. */
const bound = 2

describe('A setting that failed on more hosts than one request waits for', function () {
  this.timeout(60_000)
  let rig: PlanningRig
  let hosts: readonly string[]
  let profileUuid: string
  before(async () => {
    rig = await planningRig(undefined, bound)
    hosts = await Promise.all(['MAC-1', 'MAC-2', 'MAC-3'].map((udid) => enrollHost(rig.app, { udid, serial: udid })))
    profileUuid = (await rig.call('POST /configuration_profiles', { body: profileForm(mobileconfig()) })).body.profile_uuid
  })
  after(() => rig?.stop())

  const failEverywhere = async () => {
    await rig.work()
    for (const id of hosts)
      while ((await statusOn(id)) !== 'failed') {
        for (const commandId of (await rig.app.load(host, id)).state.commands.waiting.keys())
          await rig.app.execute(host, id, reportOf(commandId, 'failed', ['MCInstallationErrorDomain', 4001]), testCause())
        await rig.work()
      }
  }
  const statusOn = async (id: string) => (await rig.app.load(host, id)).state.hostProfiles[profileUuid]?.status
  const statuses = () => Promise.all(hosts.map(statusOn))
  const resend = () =>
    rig.call('POST /configuration_profiles/resend/batch', {
      json: { profile_uuid: profileUuid, filters: { profile_status: 'failed' } },
    })

  it('is sent again after the answer, to each of them once [case M11]', async () => {
    await failEverywhere()
    const { status, body } = await resend()
    assert.deepEqual([status, body], [202, { host_count: 3 }])
    assert.deepEqual(await statuses(), ['failed', 'failed', 'failed'], 'it is answered first')
    assert.deepEqual((await resend()).body, { host_count: 3 }, 'asked twice')
    await rig.work()
    assert.deepEqual(await statuses(), ['pending', 'pending', 'pending'])
    const resent = (await rig.events()).filter(({ type }) => type === 'ProfileResendAsked')
    assert.deepEqual(resent.map(({ id }) => id).toSorted(), hosts.toSorted())
  })
})
