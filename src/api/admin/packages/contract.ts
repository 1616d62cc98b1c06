import { z } from 'zod'
import { numberText } from '../../parsing.ts'
import { fields } from './package-upload.ts'
import { manifestJson, packageJson, upload } from './packages.ts'
import { commandQueued, done, number, ofHost, time } from '../contracts/common.ts'
import { component, form, json, tagged } from '../contracts/contract.ts'

const common = { id: number, name: z.string(), title: z.string(), size: z.int().describe('In bytes.'), sha256: z.string() }

const listed = component(
  'Package',
  z.object({ ...common, bundle_identifier: z.string(), bundle_version: z.string(), uploaded_at: time }),
  packageJson,
)

const manifest = component('Manifest', z.object({ id: number, name: z.string(), uploaded_at: time }), manifestJson)

const editor = {
  ...{ id: 88120337, name: 'Editor-4.2.pkg', title: 'Editor', size: 18_321_907 },
  sha256: 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
}

const ofPackage = numberText.describe("The package's number.")
const ofManifest = numberText.describe("The manifest's number.")

export const packageContracts = tagged('Packages', {
  'GET /packages': {
    summary: 'List packages',
    replies: {
      200: json(z.object({ packages: z.array(listed) }), {
        packages: [
          {
            ...editor,
            ...{ bundle_identifier: 'com.example.editor', bundle_version: '4.2', uploaded_at: '2026-03-01T12:00:00.000Z' },
          },
        ],
      }),
    },
  },
  'POST /packages': {
    summary: 'Upload a package for Macs',
    body: form({ field: 'package', what: 'A `.pkg` of at most 512 MiB.' }, fields, {
      ...{ title: 'Editor', bundle_identifier: 'com.example.editor', bundle_version: '4.2' },
    }),
    replies: {
      200: json(z.object({ package: z.object({ ...common, manifest_url: z.string() }) }), {
        package: { ...editor, manifest_url: 'https://mdm.example.com/mdm/apple/packages/88120337/9Zq0/manifest' },
      }),
    },
  },
  'DELETE /packages/:id': { summary: 'Delete a package', params: { id: ofPackage }, replies: { 200: done } },
  'POST /hosts/:id/packages/:package_id': {
    summary: 'Install a package on a Mac',
    params: { ...ofHost, package_id: ofPackage },
    replies: { 202: commandQueued },
  },
  'GET /manifests': {
    summary: 'List manifests',
    replies: {
      200: json(z.object({ manifests: z.array(manifest) }), {
        manifests: [{ id: 77120, name: 'Browser', uploaded_at: '2026-03-01T12:00:00.000Z' }],
      }),
    },
  },
  'POST /manifests': {
    summary: 'Upload a manifest of a package that lies elsewhere',
    body: json(upload, { name: 'Browser', manifest: 'PHBsaXN0IHZlcnNpb249IjEuMCI+PC9wbGlzdD4=' }),
    replies: {
      200: json(z.object({ manifest: z.object({ id: number, name: z.string(), manifest_url: z.string() }) }), {
        manifest: { id: 77120, name: 'Browser', manifest_url: 'https://mdm.example.com/mdm/apple/manifests/77120/9Zq0' },
      }),
    },
  },
  'DELETE /manifests/:id': { summary: 'Delete a manifest', params: { id: ofManifest }, replies: { 200: done } },
  'POST /hosts/:id/manifests/:manifest_id': {
    summary: 'Install what a manifest names on a Mac',
    params: { ...ofHost, manifest_id: ofManifest },
    replies: { 202: commandQueued },
  },
})
