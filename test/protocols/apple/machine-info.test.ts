import assert from 'node:assert/strict'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { readMachineInfo } from '../../../src/protocols/apple/machine-info.ts'
import type { PlistDict } from '../../../src/protocols/plist/value.ts'
import { writePlist } from '../../../src/protocols/plist/write.ts'

const read = (info: PlistDict) => readMachineInfo(Buffer.from(writePlist(info)))

describe('What a device tells before it is enrolled', () => {
  it('is read key by key; what it keeps to itself is null', () => {
    assert.deepEqual(
      read({
        UDID: 'U',
        SERIAL: 'S',
        PRODUCT: 'Watch7,1',
        VERSION: '23A1',
        CHALLENGE: 'c',
        PAIRING_TOKEN: Buffer.from('t'),
        MDM_CAN_REQUEST_SOFTWARE_UPDATE: true,
        MAC_ADDRESS_EN0: 'unknown keys do not matter',
      }),
      {
        udid: 'U',
        serial: 'S',
        product: 'Watch7,1',
        version: '23A1',
        osVersion: null,
        imei: null,
        meid: null,
        language: null,
        challenge: 'c',
        pairingToken: new Uint8Array(Buffer.from('t')),
        canRequestSoftwareUpdate: true,
        softwareUpdateDeviceId: null,
      },
    )
  })

  it('is refused when it says nothing, or what makes no sense', () => {
    const refusedFor = (field: string, info: PlistDict) =>
      assert.throws(
        () => read(info),
        (error: unknown) => error instanceof ParseError && error.field === field,
      )
    refusedFor('MachineInfo', {})
    refusedFor('UDID', { UDID: 7 })
    refusedFor('SERIAL', { SERIAL: 'S'.repeat(256) })
    refusedFor('PAIRING_TOKEN', { PAIRING_TOKEN: 'text' })
    assert.throws(() => readMachineInfo(Buffer.from('hello')), ParseError)
    assert.throws(() => readMachineInfo(Buffer.alloc(33 * 1024, 0x20)), ParseError)
  })
})
