import { Anchor, Badge, Button, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Certificate } from '../../api/json.ts'
import { useRevocation } from '../../api/operations.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Id } from '../../parts/id.tsx'
import { When } from '../../parts/when.tsx'

const colours: Readonly<Record<Certificate['state'], string>> = {
  active: 'teal',
  issued: 'gray',
  superseded: 'gray',
  expired: 'orange',
  revoked: 'red',
}

export const CertificateTable = ({ certificates }: Readonly<{ certificates: readonly Certificate[] }>) => {
  const [revoking, setRevoking] = useState<Certificate | null>(null)
  const revocation = useRevocation()
  const close = (): void => {
    setRevoking(null)
    revocation.reset()
  }
  return (
    <>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Host</Table.Th>
            <Table.Th w={110}>State</Table.Th>
            <Table.Th>Subject</Table.Th>
            <Table.Th w={160}>Fingerprint</Table.Th>
            <Table.Th w={120}>Ends</Table.Th>
            <Table.Th w={140}>Renewal</Table.Th>
            <Table.Th w={100} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {certificates.map((certificate) => (
            <CertificateRow key={certificate.fingerprint} certificate={certificate} onRevoke={() => setRevoking(certificate)} />
          ))}
        </Table.Tbody>
      </Table>
      <Confirm
        opened={revoking !== null}
        title={`Revoke the certificate of ${revoking?.host_name ?? 'an unknown host'}?`}
        deed="Revoke"
        dangerous
        word="revoke"
        busy={revocation.isPending}
        error={revocation.error}
        onConfirm={() => revocation.mutate(revoking?.fingerprint ?? '', { onSuccess: close })}
        onClose={close}
      >
        The host that shows it is refused from now on, and can only come back by enrolling again.
      </Confirm>
    </>
  )
}

const CertificateRow = ({ certificate, onRevoke }: Readonly<{ certificate: Certificate; onRevoke: () => void }>) => {
  const { host_id, host_name, state, subject, fingerprint, not_after, alarming, renewal } = certificate
  return (
    <Table.Tr>
      <Table.Td className="cut">
        {host_id === null ? (
          <span className="quiet">Nobody yet</span>
        ) : (
          <Anchor component={Link} to={`/hosts/${String(host_id)}`}>
            {host_name}
          </Anchor>
        )}
      </Table.Td>
      <Table.Td>
        <Badge color={colours[state]}>{state}</Badge>
      </Table.Td>
      <Table.Td className="cut mono">{subject}</Table.Td>
      <Table.Td>
        <Id value={fingerprint} short={12} />
      </Table.Td>
      <Table.Td c={alarming ? 'red' : 'inherit'}>
        <When at={not_after} none="unknown" />
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          {renewal === null || renewal.state === 'idle' ? '' : `${renewal.state}, attempt ${String(renewal.attempt)}`}
        </Text>
      </Table.Td>
      <Table.Td ta="right">
        {(state === 'active' || state === 'issued') && (
          <Button variant="subtle" color="red" onClick={onRevoke}>
            Revoke
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
