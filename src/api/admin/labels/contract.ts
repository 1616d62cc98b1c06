import { z } from 'zod'
import { numberText } from '../../parsing.ts'
import { change, creation, hostsQuery, labelText, listQuery, summaryJson } from './labels.ts'
import { done, ofHost } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'
import { hostsPage } from '../hosts/host-schemas.ts'
import { allHosts, label, labelInShort, withM3 } from './label-schemas.ts'

const ofLabel = { id: numberText.describe("The label's number.") }

const inShort = component(
  'LabelSummary',
  z.object({ id: z.int(), name: z.string(), description: z.string(), label_type: z.string() }),
  summaryJson,
)

const one = json(z.object({ label }), { label: withM3 })

export const labelContracts = tagged('Labels', {
  'GET /labels': {
    summary: 'List labels',
    query: listQuery,
    replies: { 200: json(z.object({ labels: z.array(label) }), { labels: [allHosts, withM3] }) },
  },
  'POST /labels': {
    summary: 'Make a label',
    description: 'By a query of osquery (dynamic), by criteria (host vitals), or as a list of hosts (manual): one of the three.',
    body: json(
      creation,
      { name: 'Macs with M3', query: "select 1 from system_info where cpu_brand like '%M3%'", platform: 'darwin' },
      { name: 'Supervised', criteria: { vital: 'supervised', value: 'true' } },
      { name: 'Lab', hosts: ['C02XK1JYJGH5', 2318820476108312] },
    ),
    replies: { 200: one },
  },
  'GET /labels/summary': {
    summary: 'List labels in short',
    replies: {
      200: json(z.object({ labels: z.array(inShort) }), {
        labels: [{ id: 1, name: 'All Hosts', description: 'All hosts of this server.', label_type: 'builtin' }],
      }),
    },
  },
  'GET /labels/:id': { summary: 'Show a label', params: ofLabel, replies: { 200: one } },
  'PATCH /labels/:id': {
    summary: 'Change a label',
    description: 'Its kind stays. `hosts` of a manual label replaces the whole list.',
    params: ofLabel,
    body: json(change, { name: 'Macs with M3 and later' }),
    replies: { 200: one },
  },
  'GET /labels/:id/hosts': {
    summary: 'List the hosts of a label',
    params: ofLabel,
    query: hostsQuery,
    replies: { 200: hostsPage },
  },
  'DELETE /labels/id/:id': { summary: 'Delete a label by its number', params: ofLabel, replies: { 200: done } },
  'DELETE /labels/:name': {
    summary: 'Delete a label by its name',
    params: { name: labelText.describe("The label's name.") },
    replies: { 200: done },
  },
  'GET /hosts/:id/labels': {
    summary: 'List the labels of a host',
    params: ofHost,
    replies: { 200: json(z.object({ labels: z.array(labelInShort) }), { labels: [{ id: 1, name: 'All Hosts' }] }) },
  },
})
