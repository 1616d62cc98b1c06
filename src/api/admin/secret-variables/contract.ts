import { z } from 'zod'
import { listQuery, name, secret, shown, spec } from './secret-variables.ts'
import { done, onlyPage, pageMeta, time } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'

const variable = component('SecretVariable', z.object({ name: z.string(), updated_at: time }), shown)

const wifiKey = { name: 'WIFI_KEY', value: 'correct horse battery staple' }

export const secretVariableContracts = tagged('Secret variables', {
  'GET /custom_variables': {
    summary: 'List the secrets that profiles may name',
    description: 'By name: values go in and never come out.',
    query: listQuery,
    replies: {
      200: json(z.object({ custom_variables: z.array(variable), meta: pageMeta }), {
        custom_variables: [{ name: 'WIFI_KEY', updated_at: '2026-03-01T12:00:00.000Z' }],
        meta: onlyPage,
      }),
    },
  },
  'POST /custom_variables': {
    summary: 'Make a secret',
    description: 'Profiles name it `$FLEET_SECRET_<name>`.',
    body: json(secret, wifiKey),
    replies: { 200: json(z.object({ name: z.string() }), { name: 'WIFI_KEY' }) },
  },
  'PUT /spec/secret_variables': {
    summary: 'Make or change secrets',
    description: 'Those that are not named stay. Profiles with a changed secret are sent again.',
    body: json(spec, { secrets: [wifiKey] }, { secrets: [wifiKey], dry_run: true }),
    replies: { 200: done },
  },
  'DELETE /custom_variables/:name': {
    summary: 'Delete a secret that no profile names',
    params: { name },
    replies: { 200: done },
  },
})
