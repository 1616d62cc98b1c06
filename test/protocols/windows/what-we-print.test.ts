import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFault } from '../../../src/protocols/windows/enrollment/fault.ts'
import { actions, namespaces } from '../../../src/protocols/windows/enrollment/namespaces.ts'
import { writeProvisioningDocument, writeRenewalDocument } from '../../../src/protocols/windows/enrollment/provisioning.ts'
import {
  writeDiscoverResponse,
  writePoliciesResponse,
  writeTokenResponse,
} from '../../../src/protocols/windows/enrollment/write-response.ts'
import { deliveryOf } from '../../../src/protocols/windows/profile-delivery.ts'
import { readSyncMessage } from '../../../src/protocols/windows/syncml/read-message.ts'
import { statusesFor } from '../../../src/protocols/windows/syncml/statuses-for.ts'
import { writeSyncMessage } from '../../../src/protocols/windows/syncml/write-message.ts'
import type { XmlElement } from '../../../src/protocols/xml/read-xml.ts'
import { readXml } from '../../../src/protocols/xml/read-xml.ts'

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'windows')
const related = { relatesTo: 'urn:uuid:0d1e2f30-4152-4637-8495-a6b7c8d9eafb', activityId: '8c2b4f3e-5d6a-4b7c-9e8f-102132435465' }
const url = 'https://mdm.example.com/api/mdm/microsoft'
const deviceId = 'D1D1D1D1D1D1D1D1D1D1D1D1D1D1D1D1'

const document = writeProvisioningDocument({
  ...{ rootDer: Buffer.from('root'), certificateDer: Buffer.from('certificate'), store: 'System', providerId: 'Muster' },
  ...{ managementUrl: `${url}/management`, deviceId, deviceName: 'PC & 1', serverSecret: 'server', devicePassword: 'device' },
  ...{ nonce: Buffer.from('nonce-1'), pollMinutes: 15, renewDaysBefore: 60 },
})
const firstPackage = readSyncMessage(readFileSync(join(folder, 'first-package.xml')))
const header = { sessionId: '1', msgId: '1', target: deviceId, source: `${url}/management`, credential: null, maxMessage: null }
const profile =
  '<Replace><Item><Target><LocURI>./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera</LocURI></Target>' +
  '<Meta><Format xmlns="syncml:metinf">int</Format></Meta><Data>0</Data></Item></Replace>'
const delivery = deliveryOf(profile, { commandId: 'c1', idAt: (index) => `c1.${String(index + 1)}` })

const printed: Readonly<Record<string, Uint8Array | string>> = {
  'discover-response': writeDiscoverResponse(related, {
    ...{ authPolicy: 'OnPremise', authenticationUrl: null, policyUrl: `${url}/policy`, enrollmentUrl: `${url}/enroll` },
  }),
  'discover-response-federated': writeDiscoverResponse(related, {
    ...{ authPolicy: 'Federated', authenticationUrl: `${url}/auth`, policyUrl: `${url}/policy`, enrollmentUrl: `${url}/enroll` },
  }),
  'policies-response': writePoliciesResponse(related, { validityDays: 365, renewalDays: 60 }),
  'token-response': writeTokenResponse(related, '<wap-provisioningdoc/>', new Date('2026-03-01T12:00:00.000Z')),
  'provisioning-document': document,
  'renewal-document': writeRenewalDocument({ certificateDer: Buffer.from('next'), store: 'User', providerId: 'Muster' }),
  fault: writeFault(
    { ...related, action: actions.enroll.response },
    { subcode: 'Authorization', reason: 'This device may not enroll.', errorType: 'NotEligibleToRenew' },
  ),
  challenge: writeSyncMessage({
    header,
    commands: statusesFor(firstPackage, '407', Buffer.from('nonce-1')),
    final: true,
  }),
  'first-answer': writeSyncMessage({ header, commands: statusesFor(firstPackage, '200'), final: true }, [delivery?.xml ?? '']),
}

const namespacesIn = (element: XmlElement): readonly string[] => [element.namespace, ...element.children.flatMap(namespacesIn)]

describe('What Windows devices are sent', () => {
  for (const [name, xml] of Object.entries(printed)) {
    const golden = join(folder, `${name}.xml`)
    it(`is, byte for byte, the ${name.replaceAll('-', ' ')} that was agreed on`, () => {
      assert.equal(Buffer.from(xml).toString(), readFileSync(golden, 'utf8').trimEnd())
    })

    it(`holds no element of an unknown namespace in the ${name.replaceAll('-', ' ')}`, () => {
      const known = new Set<string>([...Object.values(namespaces), 'SYNCML:SYNCML1.2', 'syncml:metinf'])
      const root = readXml(Buffer.from(xml), { field: 'message', maxBytes: 100_000, maxDepth: 30, maxElements: 1000 })
      const isPlain = root.name === 'wap-provisioningdoc'
      assert.deepEqual(
        [...new Set(namespacesIn(root))].filter((one) => !known.has(one)),
        isPlain ? [''] : [],
      )
    })
  }
})
