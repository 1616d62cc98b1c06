import { bytes, tagged } from '../contracts/contract.ts'

export const backupContracts = tagged('Backup', {
  'GET /backup': {
    summary: 'Take a backup of the server while it serves',
    description:
      'The log (where it lies in Postgres), the operational tables and the packages, of one moment. What is sealed stays sealed: the master key is not in it. That it was taken is recorded. `muster restore` takes it in.',
    replies: {
      200: bytes('Lines of JSON, packed by gzip. Without its last line, the footer, it is not whole.', 'application/gzip'),
    },
  },
})
