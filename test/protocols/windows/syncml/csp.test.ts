import assert from 'node:assert/strict'
import { readWindowsProfile } from '../../../../src/protocols/windows/profile-upload.ts'
import {
  devDetail,
  devInfo,
  dmClient,
  enrollmentStatus,
  rebootNow,
  remoteWipe,
} from '../../../../src/protocols/windows/syncml/csp.ts'

const leaves = (value: object): readonly string[] =>
  Object.values(value).flatMap((inner: unknown) =>
    typeof inner === 'string' ? [inner] : leaves(typeof inner === 'object' && inner !== null ? inner : {}),
  )

describe('The well-known nodes of Windows', () => {
  it('have the names of the vendor', () => {
    assert.equal(devDetail.serial, './DevDetail/Ext/Microsoft/SMBIOSSerialNumber')
    assert.equal(devInfo.id, './DevInfo/DevId')
    assert.equal(remoteWipe.protected, './Device/Vendor/MSFT/RemoteWipe/doWipeProtected')
    assert.equal(rebootNow, './Device/Vendor/MSFT/Reboot/RebootNow')
  })

  it('are those of one server', () => {
    const { unenroll, poll, push, firstSync, forUser } = dmClient('Muster')
    assert.equal(unenroll, './Device/Vendor/MSFT/DMClient/Provider/Muster/Unenroll')
    assert.equal(
      poll.remainingInterval,
      './Device/Vendor/MSFT/DMClient/Provider/Muster/Poll/IntervalForRemainingScheduledRetries',
    )
    assert.equal(push.channelUri, './Device/Vendor/MSFT/DMClient/Provider/Muster/Push/ChannelURI')
    assert.equal(firstSync.blockInPage, './Device/Vendor/MSFT/DMClient/Provider/Muster/FirstSyncStatus/BlockInStatusPage')
    assert.equal(
      forUser.firstSync.finished,
      './User/Vendor/MSFT/DMClient/Provider/Muster/FirstSyncStatus/ServerHasFinishedProvisioning',
    )
    assert.equal(
      enrollmentStatus('Muster').installationState,
      './Device/Vendor/MSFT/EnrollmentStatusTracking/DevicePreparation/PolicyProviders/Muster/InstallationState',
    )
  })

  it('cannot be left by the name of a server', () => {
    assert.equal(dmClient('a/../b {1}').node, './Device/Vendor/MSFT/DMClient/Provider/a%2F..%2Fb%20%7B1%7D')
  })

  it('begin at the tree of the device, each once', () => {
    const all = leaves({ devDetail, devInfo, remoteWipe, rebootNow, client: dmClient('M'), status: enrollmentStatus('M') })
    assert.ok(all.length > 30)
    assert.ok(all.every((locUri) => /^\.\/[^/].*[^/]$/.test(locUri)))
    assert.equal(new Set(all).size, all.length)
  })

  it('that cut a device off are set by no profile', () => {
    for (const locUri of [...leaves(remoteWipe), ...leaves(dmClient('Muster'))])
      assert.throws(
        () => readWindowsProfile(Buffer.from(`<Add><Item><Target><LocURI>${locUri}</LocURI></Target></Item></Add>`)),
        /not (?:set|wiped) by a profile/,
      )
  })
})
