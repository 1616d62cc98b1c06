import { z } from 'zod'
import { numberText } from '../../parsing.ts'
import { carveId, carveJson, listQuery } from './carves.ts'
import { rule, ruleName } from './yara-rules.ts'
import { done, number, onlyPage, pageMeta, time } from '../contracts/common.ts'
import { bytes, component, json, tagged } from '../contracts/contract.ts'

const carve = component(
  'Carve',
  z.object({
    id: number,
    created_at: time,
    host_id: number,
    name: z.string(),
    block_count: z.int(),
    block_size: z.int(),
    carve_size: z.int(),
    carve_id: z.string(),
    request_id: z.string(),
    max_block: z.int().describe('The last block that came; -1: none.'),
    expired: z.boolean(),
    finished_at: time.nullable(),
  }),
  carveJson,
)

const hosts = {
  ...{ id: 12, created_at: '2026-03-01T12:00:00.000Z', host_id: 2318820476108312, name: 'c-7f3a.tar', block_count: 2 },
  ...{ block_size: 2_000_000, carve_size: 3_400_000, carve_id: 'c-7f3a', request_id: 'carve_7', max_block: 1, expired: false },
  finished_at: '2026-03-01T12:00:20.000Z',
}

const yaraRule = z.object({ name: z.string(), size: z.int(), sha256: z.string(), updated_at: time })

const ofRule = { name: ruleName }

const sha256 = 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c'

export const agentContracts = tagged('Agents', {
  'GET /carves': {
    summary: 'List files that were carved on hosts',
    query: listQuery,
    replies: { 200: json(z.object({ carves: z.array(carve), meta: pageMeta }), { carves: [hosts], meta: onlyPage }) },
  },
  'GET /carves/:id': {
    summary: 'Show a carve',
    params: { id: carveId },
    replies: { 200: json(z.object({ carve }), { carve: hosts }) },
  },
  'GET /carves/:id/block/:block': {
    summary: 'Download a block of a carve',
    description: 'That it was looked at is recorded.',
    params: { id: carveId, block: numberText.describe('From 0.') },
    replies: { 200: bytes('The bytes of the block.') },
  },
  'GET /yara_rules': {
    summary: 'List the rules for searching files',
    replies: {
      200: json(z.object({ yara_rules: z.array(yaraRule) }), {
        yara_rules: [{ name: 'eicar.yar', size: 212, sha256, updated_at: '2026-03-01T12:00:00.000Z' }],
      }),
    },
  },
  'PUT /yara_rules/:name': {
    summary: 'Make or replace a rule',
    params: ofRule,
    body: json(rule, { contents: 'rule eicar { strings: $a = "EICAR" condition: $a }' }),
    replies: { 200: json(z.object({ name: z.string(), sha256: z.string() }), { name: 'eicar.yar', sha256 }) },
  },
  'DELETE /yara_rules/:name': { summary: 'Delete a rule', params: ofRule, replies: { 200: done } },
})
