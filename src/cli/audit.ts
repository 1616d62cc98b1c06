import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { AuditFilter, Checkpoints } from '../client/audit-client.ts'
import type { MusterClient } from '../client/muster-client.ts'
import type { Verdict } from '../protocols/audit/findings.ts'
import { auditKeyIn, keyIdOf } from '../protocols/audit/signing.ts'
import { verifyExport } from '../protocols/audit/verify.ts'
import { UsageError } from './access.ts'
import { table, when } from './table.ts'
import { counting, writeWhole } from './whole-file.ts'

/** Writes an export to a file, which is there only when it is whole, or to the standard output. Answers how many bytes. Throws `ApiError`. */
export const exportAudit = async (client: MusterClient, filter: AuditFilter, file: string | undefined): Promise<number> => {
  const bytes = await client.audit.export(filter)
  if (file !== undefined) return writeWhole(file, bytes)
  const count = counting()
  await pipeline(bytes, count.through, process.stdout, { end: false })
  return count.sum()
}

/** Verifies a file (`-`: the standard input) by itself. Throws `UsageError` for a key or a file that cannot be read. */
export const verifyAudit = async (file: string, key: string | undefined): Promise<Verdict> => {
  const pinned = key === undefined ? null : await fingerprintOf(key)
  try {
    return await verifyExport(file === '-' ? process.stdin : createReadStream(file), pinned)
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'syscall' in error) throw new UsageError(`The file ${file} cannot be read.`)
    throw error
  }
}

/** A fingerprint as it is, in any case and with colons, or that of a public key in a PEM file. */
const fingerprintOf = async (key: string): Promise<string> => {
  const told = key.replaceAll(':', '').toLowerCase()
  if (/^[0-9a-f]{64}$/.test(told)) return told
  const pem = await readFile(key, 'utf8').catch(() => null)
  if (pem === null) throw new UsageError(`${key} is neither a fingerprint (64 hex digits) nor a file that can be read.`)
  const found = auditKeyIn(pem)
  if (found === null) throw new UsageError(`The file ${key} holds no public Ed25519 key in PEM.`)
  return keyIdOf(found)
}

/** What a verdict means, for people. */
export const verdictText = (verdict: Verdict): string => {
  if (!verdict.valid) return `NOT VALID (${verdict.problem}, line ${String(verdict.line)}): ${verdict.message}`
  const { events, leftOut, checkpoints, first, last, link, key, pinned, exportedAt, filtered } = verdict
  return [
    `Valid: ${String(events)} events, from number ${String(first)} to ${String(last)}, as exported at ${exportedAt}.`,
    ...(filtered ? [`A filter left out ${String(leftOut)} others, for which their hashes stand.`] : []),
    `${String(checkpoints)} checkpoints agree with them. The last link is ${link}.`,
    pinned
      ? `Signed with the key ${key}, which was asked for.`
      : `Signed with the key ${key}, which was taken from the file: whoever made the file may have made the key. Name yours with --key.`,
  ].join('\n')
}

/** The checkpoints for people. */
export const checkpointsText = ({ checkpoints, chain }: Checkpoints): string =>
  [
    table(
      ['at', 'events', 'position', 'link', 'key'],
      checkpoints.map(({ at, count, position, link, key_id }) => [
        when(at),
        String(count),
        position,
        link.slice(0, 16),
        key_id.slice(0, 16),
      ]),
    ),
    chain === null ? 'Nothing is chained yet.' : `${String(chain.count)} events are chained, up to ${chain.position}.`,
  ].join('\n')
