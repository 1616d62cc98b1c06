import type { App } from '../../app/app.ts'
import { host } from '../../domain/host/host.ts'
import type { HostCommand } from '../../domain/host/host.ts'
import type { Cause } from '../../kernel/event.ts'
import { Rejection } from '../../kernel/rejection.ts'
import { asDesired, desiredOfHost } from '../../projections/rollout.ts'
import type { WriteRequest } from '../../protocols/osquery/messages.ts'
import { enrollmentProfileIdentifier } from '../apple/enrollment-profile.ts'
import type { Agent } from './known-agents.ts'
import {
  encryptionQuery,
  factsIn,
  hostQuery,
  labelIn,
  mdmIn,
  mdmInRegistry,
  mdmQuery,
  mdmWindowsQuery,
  profilesIn,
  profilesQuery,
} from './queries.ts'

/**
 * Takes in what an agent answered; of labels, only those that agents are asked about (`asked`, by id). A failed answer says nothing and ingests
 * nothing; what no rule allows spoils nothing else. Throws only when the log or the read models cannot be reached: then the agent keeps its
 * answers and tells them again.
 */
export const ingest = async (
  app: App,
  { hostId, due }: Agent,
  { answers, asked }: Pick<WriteRequest, 'answers'> & Readonly<{ asked: ReadonlySet<string> }>,
  cause: Cause,
): Promise<void> => {
  const tell = async (command: HostCommand): Promise<void> => {
    try {
      await app.execute(host, hostId, command, cause)
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
      app.logger.warn({ hostId, command: command.type, code: error.code }, 'what an agent told was not taken')
    }
  }
  const rowsOf = (name: string) => {
    const answer = answers[name]
    return answer?.ok === true ? answer.rows : null
  }

  const facts = rowsOf(hostQuery)
  if (facts !== null && facts.length > 0) await tell({ type: 'DescribeHost', data: { facts: factsIn(facts), source: 'agent' } })

  const profiles = rowsOf(profilesQuery)
  if (profiles !== null && profiles.length > 0) {
    const desired = (await app.read(desiredOfHost(hostId))).map(asDesired)
    const { state } = await app.load(host, hostId)
    const { terms } = state.enrollment
    const expected = [enrollmentProfileIdentifier, ...(terms === null ? [] : [terms.identifier])]
    const previousReportAt = due.detailAt === null ? null : new Date(due.detailAt).toISOString()
    const data = {
      source: 'agent',
      scope: 'System',
      profiles: profilesIn(profiles),
      desired,
      previousReportAt,
      expected,
    } as const
    await tell({ type: 'ObserveProfiles', data })
  }

  const [mdm, encryption] = [rowsOf(mdmQuery), rowsOf(encryptionQuery)]
  if (mdm !== null || encryption !== null) {
    const data = { ...(mdm !== null && { mdm: mdmIn(mdm) }), ...(encryption !== null && { encrypted: encryption.length > 0 }) }
    await tell({ type: 'ReportState', data })
  }

  const registry = mdmInRegistry(rowsOf(mdmWindowsQuery) ?? [])
  if (registry !== null) await tell({ type: 'ReportState', data: { mdm: registry } })

  const memberships = Object.entries(answers).flatMap(([name, answer]) => {
    const labelId = labelIn(name)
    return labelId === null || !asked.has(labelId) || !answer.ok ? [] : [[labelId, answer.rows.length > 0] as const]
  })
  if (memberships.length > 0) await tell({ type: 'ReportLabels', data: { memberships: Object.fromEntries(memberships) } })

  const now = app.clock().getTime()
  if (facts !== null) due.detailAt = now
  if (memberships.length > 0) due.labelsAt = now
  if (facts === null && memberships.length === 0) return
  due.refetch = false
  due.askedAt = 0
  await app.agentReports.note(hostId, { detailAt: due.detailAt, labelsAt: due.labelsAt })
}
