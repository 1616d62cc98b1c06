import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readDeviceFacts } from '../../src/protocols/windows/enrollment/device-facts.ts'
import { readDeviceCsr, readRenewal, writeDeviceCsr } from '../../src/protocols/windows/enrollment/device-csr.ts'
import { readEnrollmentRequest } from '../../src/protocols/windows/enrollment/read-request.ts'
import {
  writeDiscover,
  writeGetPolicies,
  writeRequestSecurityToken,
} from '../../src/protocols/windows/enrollment/write-request.ts'
import { deliveryOf, locUrisIn } from '../../src/protocols/windows/profile-delivery.ts'
import { readWindowsProfile } from '../../src/protocols/windows/profile-upload.ts'
import { readRawCommand, withCommandId } from '../../src/protocols/windows/syncml/commands.ts'
import { readSyncMessage } from '../../src/protocols/windows/syncml/read-message.ts'
import { statusesFor } from '../../src/protocols/windows/syncml/statuses-for.ts'
import { writeSyncMessage } from '../../src/protocols/windows/syncml/write-message.ts'
import type { Target } from '../support/case.ts'
import { readCast } from '../support/cast.ts'
import { mutatedDer } from '../support/mutate-der.ts'
import { mutated } from '../support/mutate.ts'

const deviceId = 'D1'.repeat(16)
const asking = {
  to: 'https://mdm.example.com/enroll',
  messageId: 'urn:uuid:1',
  credential: { kind: 'password', username: 'ada@example.com', password: 'AAAA-BBBB' },
} as const
const { keyPem } = readCast().rsa
const keyPair = { publicKey: createPublicKey(keyPem), privateKey: createPrivateKey(keyPem) }
const csr = writeDeviceCsr({ deviceId, keyPair, hash: 'sha256' })
const items = [
  ...[
    ['DeviceID', deviceId],
    ['HWDevID', 'AB'.repeat(32)],
    ['EnrollmentType', 'Device'],
    ['DeviceName', 'DESKTOP-1'],
  ].map(([name = '', value = '']) => ({ name, value })),
]
const set =
  '<Replace><Item><Target><LocURI>./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera</LocURI></Target>' +
  '<Meta><Format xmlns="syncml:metinf">int</Format></Meta><Data>0</Data></Item></Replace>'
const header = {
  sessionId: '1',
  msgId: '1',
  target: 'https://mdm.example.com/',
  source: deviceId,
  credential: null,
  maxMessage: null,
}
const told = { target: null, source: './DevInfo/Mod', format: 'chr', type: 'text/plain', data: 'Desk 5', moreData: false }

const goldens = {
  soap: [
    writeDiscover(asking, { emailAddress: 'ada@example.com', requestVersion: '5.0', osVersion: '10.0.22631.1' }),
    writeGetPolicies(asking),
    writeRequestSecurityToken(asking, { kind: 'issue', der: csr, items }),
  ],
  syncml: [
    writeSyncMessage({
      ...{ header, final: true },
      commands: [
        { name: 'Alert', cmdId: '2', data: '1201', items: [] },
        { name: 'Replace', cmdId: '4', items: [told] },
        { name: 'Status', cmdId: '5', msgRef: '1', cmdRef: 'c', cmd: 'Atomic', data: '200', nonce: Buffer.from('n') },
        { name: 'Results', cmdId: '6', msgRef: '1', cmdRef: 'c', items: [{ ...told, moreData: true }] },
      ],
    }),
  ],
  profile: [Buffer.from(set), Buffer.from(`<Atomic>${set}${set}</Atomic>`)],
  command: [
    Buffer.from(set),
    Buffer.from('<Exec><Item><Target><LocURI>./Vendor/MSFT/Reboot/RebootNow</LocURI></Target></Item></Exec>'),
  ],
  csr: [csr],
} as const

/** Messages of Windows devices and what admins write for them, with bytes changed: refused in words, or taken and written again. */
export const windows: Target = {
  about: 'enrolment messages, SyncML, profiles and commands for Windows, certificate requests',
  make: (luck) => {
    const door = luck.pick<keyof typeof goldens>(['soap', 'soap', 'syncml', 'syncml', 'profile', 'command', 'csr'])
    const [first, ...others] = goldens[door]
    if (door === 'csr') return { door, bytes: luck.chance(0.5) ? mutatedDer(csr, luck) : mutated(csr, luck) }
    return { door, bytes: mutated(luck.pick<Uint8Array>([first, ...others]), luck, [first, ...others]) }
  },
  doors: {
    soap: (bytes) => {
      const { body } = readEnrollmentRequest(bytes)
      if (body.kind === 'issue') readDeviceFacts(body.items)
    },
    syncml: (bytes) => {
      const message = readSyncMessage(bytes)
      const answer = writeSyncMessage({ header: message.header, commands: statusesFor(message, '200'), final: true })
      readSyncMessage(answer)
    },
    profile: (bytes) => {
      readWindowsProfile(bytes)
      const text = Buffer.from(bytes).toString('utf8')
      locUrisIn(text)
      deliveryOf(text, { commandId: 'c', idAt: (index) => `c.${String(index)}` })
    },
    command: (bytes) => {
      const { xml } = readRawCommand(Buffer.from(bytes).toString('utf8'))
      readRawCommand(withCommandId(xml, 'c'))
    },
    csr: (bytes) => {
      readDeviceCsr(bytes)
      readRenewal(bytes)
    },
  },
}
