import { Divider, Group, Skeleton } from '@mantine/core'
import { useEnrollmentSummary, useHostSummary } from '../../api/hosts.ts'
import type { EnrollmentSummary, HostSummary } from '../../api/json.ts'
import { useScope } from '../../api/session.ts'
import { Figure } from '../../parts/figure.tsx'
import { Platform } from '../../parts/platform.tsx'
import { View } from '../../parts/view.tsx'

/** Hosts in number: who is there, how they are enrolled, what they run. */
export const HostsPanel = () => {
  const scope = useScope()
  const summary = useHostSummary(scope)
  const enrollment = useEnrollmentSummary(scope)
  return (
    <section className="panel" aria-label="Hosts">
      <Group className="figures" mih={48} align="flex-start">
        <View of={summary} waiting={<Skeleton height={44} width={420} />}>
          {(data) => <Presence summary={data} />}
        </View>
        <Divider orientation="vertical" />
        <View of={enrollment} waiting={<Skeleton height={44} width={220} />}>
          {(data) => <Enrollments summary={data} />}
        </View>
        <Divider orientation="vertical" />
        <View of={summary} waiting={<Skeleton height={44} width={160} />}>
          {(data) => <Platforms summary={data} />}
        </View>
      </Group>
    </section>
  )
}

const Presence = ({ summary }: Readonly<{ summary: HostSummary }>) => (
  <>
    <Figure value={summary.totals_hosts_count} label="hosts" to="/hosts" />
    <Figure value={summary.online_count} label="online" to="/hosts?status=online" />
    <Figure value={summary.offline_count} label="offline" to="/hosts?status=offline" />
    <Figure value={summary.mia_count} label="missing 30 days" to="/hosts?status=mia" tone="var(--failed)" />
    <Figure value={summary.new_count} label="new today" to="/hosts?status=new" />
  </>
)

const Enrollments = ({
  summary: { mobile_device_management_enrollment_status: counts },
}: Readonly<{ summary: EnrollmentSummary }>) => (
  <>
    <Figure
      value={counts.enrolled_manual_hosts_count + counts.enrolled_automated_hosts_count + counts.enrolled_personal_hosts_count}
      label="enrolled"
      to="/hosts?mdm_enrollment_status=enrolled"
    />
    <Figure value={counts.pending_hosts_count} label="enrolling" to="/hosts?mdm_enrollment_status=pending" />
    <Figure value={counts.unenrolled_hosts_count} label="not enrolled" to="/hosts?mdm_enrollment_status=unenrolled" />
  </>
)

const Platforms = ({ summary: { platforms } }: Readonly<{ summary: HostSummary }>) =>
  platforms.map(({ platform, hosts_count }) => (
    <Figure key={platform} value={hosts_count} label={<Platform platform={platform} />} to={`/hosts?platform=${platform}`} />
  ))
