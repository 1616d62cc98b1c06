import { Badge, Group, SimpleGrid, Skeleton, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Host } from '../../../client/json.ts'
import { useHostEnrollment, useHostLabels } from '../../api/hosts.ts'
import { Id } from '../../parts/id.tsx'
import { When } from '../../parts/when.tsx'

/** What is known of a host. What telemetry alone tells has no past, and is left out there. */
export const HostFacts = ({ host, past }: Readonly<{ host: Host; past: boolean }>) => (
  <section className="panel" aria-label="Facts">
    <SimpleGrid cols={{ base: 3, lg: 6 }} spacing="md" verticalSpacing="xs">
      <Fact name="Team">{host.team_name ?? 'No team'}</Fact>
      <Fact name="Management">{host.mdm.enrollment_status}</Fact>
      <Fact name="Enrolled">
        <When at={host.last_enrolled_at} none="never" />
      </Fact>
      <Fact name="Known since">
        <When at={host.created_at} />
      </Fact>
      <Fact name="UUID">
        <Id value={host.uuid} short={13} />
      </Fact>
      {past ? (
        <Fact name="Changed">
          <When at={host.updated_at} />
        </Fact>
      ) : (
        <Fact name="Disk encryption">{encryptionOf(host)}</Fact>
      )}
      {!past && <Present id={String(host.id)} />}
    </SimpleGrid>
  </section>
)

const encryptionOf = ({ disk_encryption_enabled }: Host): string =>
  disk_encryption_enabled == null ? 'Not told' : disk_encryption_enabled ? 'On' : 'Off'

/** What only the present has. */
const Present = ({ id }: Readonly<{ id: string }>) => {
  const enrollment = useHostEnrollment(id).data
  const labels = useHostLabels(id).data?.labels
  return (
    <>
      <Fact name="Identity ends">
        {enrollment === undefined ? <Skeleton height={14} width={80} /> : <When at={enrollment.certificate.not_after} />}
      </Fact>
      <Fact name="Renewal">
        {enrollment === undefined ? <Skeleton height={14} width={80} /> : <Renewal {...enrollment.renewal} />}
      </Fact>
      <Fact name="Labels">
        {labels === undefined ? (
          <Skeleton height={14} width={120} />
        ) : (
          <Group gap={4}>
            {labels.map(({ id: label, name }) => (
              <Badge
                key={label}
                component={Link}
                to={`/hosts?label_id=${String(label)}`}
                color="gray"
                style={{ cursor: 'pointer' }}
              >
                {name}
              </Badge>
            ))}
          </Group>
        )}
      </Fact>
    </>
  )
}

const Renewal = ({ state, attempt, next_at }: Readonly<{ state: string; attempt: number; next_at: string | null }>) =>
  state === 'idle' ? (
    <When at={next_at} none="not planned" />
  ) : (
    <span>
      {state}, attempt {attempt}
    </span>
  )

const Fact = ({ name, children }: Readonly<{ name: string; children: ReactNode }>) => (
  <div>
    <Text size="xs" className="quiet">
      {name}
    </Text>
    <Text size="sm" component="div" mih={21}>
      {children}
    </Text>
  </div>
)
