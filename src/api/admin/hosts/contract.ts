import { z } from 'zod'
import { numberText } from '../../parsing.ts'
import { countQuery, enrollmentSummaryQuery, listQuery, summaryQuery, transferFilter } from './host-lists.ts'
import { reportQuery } from './host-report.ts'
import { merge } from './host-merges.ts'
import { wish as forgetting } from './forgotten.ts'
import { hostIdentifier, transfer } from './hosts.ts'
import { done, number, ofHost, time } from '../contracts/common.ts'
import { underWay } from '../transfers/contract.ts'
import { bytes, json, tagged } from '../contracts/contract.ts'
import { hostsPage, shownHost, wholeMacOfAnn } from './host-schemas.ts'
import { label, allHosts } from '../labels/label-schemas.ts'

const count = z.int().min(0)

export const hostContracts = tagged('Hosts', {
  'GET /hosts': { summary: 'List hosts', query: listQuery, replies: { 200: hostsPage } },
  'GET /hosts/count': {
    summary: 'Count hosts',
    query: countQuery,
    replies: { 200: json(z.object({ count }), { count: 1204 }) },
  },
  'GET /hosts/report': {
    summary: 'List hosts as a table',
    description: 'All that pass the filter, in CSV (RFC 4180), with a line of headings.',
    query: reportQuery,
    replies: { 200: bytes('The table.', 'text/csv') },
  },
  'GET /hosts/summary/mdm': {
    summary: 'Count hosts by their enrollment',
    query: enrollmentSummaryQuery,
    replies: {
      200: json(
        z.object({
          counts_updated_at: time,
          mobile_device_management_enrollment_status: z.object({
            enrolled_manual_hosts_count: count,
            enrolled_automated_hosts_count: count,
            enrolled_personal_hosts_count: count,
            pending_hosts_count: count,
            unenrolled_hosts_count: count,
            hosts_count: count,
          }),
          mobile_device_management_solution: z.array(
            z.object({ id: number, name: z.string(), server_url: z.string(), hosts_count: count }),
          ),
        }),
        {
          counts_updated_at: '2026-03-02T08:15:00.000Z',
          mobile_device_management_enrollment_status: {
            ...{ enrolled_manual_hosts_count: 1200, enrolled_automated_hosts_count: 0, enrolled_personal_hosts_count: 0 },
            ...{ pending_hosts_count: 3, unenrolled_hosts_count: 1, hosts_count: 1204 },
          },
          mobile_device_management_solution: [
            { id: 1, name: 'Muster', server_url: 'https://mdm.example.com/mdm/apple/mdm', hosts_count: 1200 },
          ],
        },
      ),
    },
  },
  'GET /host_summary': {
    summary: 'Count hosts by platform and presence',
    query: summaryQuery,
    replies: {
      200: json(
        z.object({
          team_id: number.optional(),
          totals_hosts_count: count,
          online_count: count,
          offline_count: count,
          mia_count: count.describe('Not heard of for 30 days.'),
          missing_30_days_count: count,
          new_count: count,
          all_linux_count: count,
          platforms: z.array(z.object({ platform: z.string(), hosts_count: count })),
          builtin_labels: z.array(label),
        }),
        {
          ...{ totals_hosts_count: 1204, online_count: 1100, offline_count: 104, mia_count: 2, missing_30_days_count: 2 },
          ...{ new_count: 5, all_linux_count: 0, platforms: [{ platform: 'darwin', hosts_count: 1204 }] },
          builtin_labels: [allHosts],
        },
      ),
    },
  },
  'GET /hosts/identifier/:identifier': {
    summary: 'Show the host of a UUID, serial number or name',
    description: 'Answers 409 when several hosts are called so.',
    params: { identifier: hostIdentifier },
    replies: { 200: json(z.object({ host: shownHost }), { host: { ...wholeMacOfAnn, disk_encryption_enabled: true } }) },
  },
  'GET /hosts/:id': {
    summary: 'Show a host, as it is or as it was',
    description: 'With `at`, its history is replayed up to then; what is no event, such as when it was last seen, is null.',
    params: ofHost,
    replies: { 200: json(z.object({ host: shownHost }), { host: { ...wholeMacOfAnn, disk_encryption_enabled: true } }) },
  },
  'POST /hosts/transfer': {
    summary: 'Move hosts to a team',
    description:
      'Null is no team. When one of the hosts does not exist, none is moved. More than 500 hosts are moved after the answer, which is 202 then and says what to follow; a host that somebody moves meanwhile stays where it was moved.',
    body: json(transfer, { team_id: 4, hosts: [2318820476108312] }, { team_id: null, hosts: [2318820476108312] }),
    replies: { 200: done, 202: underWay },
  },
  'POST /hosts/transfer/filter': {
    summary: 'Move all hosts that pass a filter to a team',
    description:
      'Those that pass it when they are asked for. More than 500 are moved after the answer, as by `POST /hosts/transfer`.',
    body: json(transferFilter, { team_id: 4, filters: { query: 'Ann', status: 'online' } }),
    replies: { 200: done, 202: underWay },
  },
  'POST /hosts/:id/merges': {
    summary: 'Merge another record of the same device into a host',
    params: ofHost,
    body: json(merge, { host_id: 1180021447315584 }),
    replies: {
      200: json(z.object({ host_id: number, absorbed: number }), { host_id: 2318820476108312, absorbed: 1180021447315584 }),
    },
  },
  'DELETE /hosts/:id/merges/:absorbed': {
    summary: 'Part two records that were merged',
    params: { ...ofHost, absorbed: numberText.describe('The number of the record that was merged into the host.') },
    replies: {
      200: json(z.object({ host_id: number, split: number }), { host_id: 2318820476108312, split: 1180021447315584 }),
    },
  },
  'POST /hosts/:id/forget': {
    summary: 'Forget whose a host was',
    description:
      'The key of its secrets is destroyed, and nothing shows its name and serial number any more: not even its past. Its history stays, and its number. It cannot be taken back. Other records of the same device are forgotten with it.',
    params: ofHost,
    body: json(forgetting, { reason: 'The device was sold.', confirm: 'C02XK1JYJGH5', force: false }),
    replies: {
      202: json(
        z.object({
          host_ids: z.array(number),
          forgotten_at: time.nullable(),
          key_destroyed: z.boolean().describe('False: it is going to be, within seconds.'),
        }),
        { host_ids: [2318820476108312], forgotten_at: '2026-03-02T08:15:00.000Z', key_destroyed: false },
      ),
    },
  },
})
