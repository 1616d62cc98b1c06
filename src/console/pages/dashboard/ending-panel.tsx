import { Anchor, Group, Stack, Text } from '@mantine/core'
import { Link } from 'react-router'
import { useAuthorities, useCertificates, usePushCertificate } from '../../api/operations.ts'
import { Panel } from '../../parts/panel.tsx'
import { View } from '../../parts/view.tsx'
import { When } from '../../parts/when.tsx'
import { WaitingLines } from '../../parts/waiting.tsx'

const withinDays = '30'

/** Certificates and tokens by when they end. */
export const EndingPanel = () => {
  const push = usePushCertificate()
  const authorities = useAuthorities()
  const ending = useCertificates({ state: 'active', ending_within_days: withinDays, page: 0, per_page: 5 })
  return (
    <Panel
      title="Certificates that end"
      aside={
        <Anchor component={Link} to="/certificates" size="xs">
          All certificates
        </Anchor>
      }
    >
      <Stack gap={8}>
        <View of={push} waiting={<WaitingLines lines={1} />}>
          {({ not_after, warning }) => (
            <Line name="Apple push certificate" at={not_after} alarming={warning !== null} note={warning} />
          )}
        </View>
        <View of={authorities} waiting={<WaitingLines lines={1} />}>
          {(data) =>
            data.authorities
              .filter(({ standing }) => standing === 'issuer')
              .map(({ fingerprint, not_after, days_left }) => (
                <Line key={fingerprint} name="Authority of this server" at={not_after} alarming={(days_left ?? 0) < 90} />
              ))
          }
        </View>
        <View of={ending} waiting={<WaitingLines lines={1} />}>
          {({ certificates, meta }) =>
            certificates.length === 0 ? (
              <Text size="sm" className="quiet">
                No identity of a host ends within {withinDays} days.
              </Text>
            ) : (
              <>
                {certificates.map(({ fingerprint, host_name, not_after, alarming }) => (
                  <Line key={fingerprint} name={host_name ?? 'Unknown host'} at={not_after} alarming={alarming} />
                ))}
                {meta.has_next_results && (
                  <Anchor component={Link} to={`/certificates?state=active&ending_within_days=${withinDays}`} size="xs">
                    More
                  </Anchor>
                )}
              </>
            )
          }
        </View>
      </Stack>
    </Panel>
  )
}

type LineProps = Readonly<{ name: string; at: string | null; alarming: boolean; note?: string | null }>

const Line = ({ name, at, alarming, note }: LineProps) => (
  <div>
    <Group justify="space-between" wrap="nowrap">
      <Text size="sm">{name}</Text>
      <Text size="sm" c={alarming ? 'orange' : 'inherit'} fw={alarming ? 600 : 400}>
        ends <When at={at} />
      </Text>
    </Group>
    {note != null && (
      <Text size="xs" className="quiet">
        {note}
      </Text>
    )}
  </div>
)
