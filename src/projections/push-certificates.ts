import type { ServerEvent } from '../domain/server/events.ts'
import type { Sealed } from '../kernel/content.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type PushCertificateRow = Readonly<{
  topic: string
  certificate_pem: string
  /** Sealed for the owner `server` in the context `push-key/<topic>`. */
  key: Sealed
  not_after: string
  uploaded_at: string
  /** Where in the log it was uploaded: the order of uploads, whatever the clocks said. */
  uploaded_position: string
}>

/** Apple's push certificates, the latest of each topic. */
export const pushCertificates: Projection<ServerEvent, PushCertificateRow> = {
  name: 'push_certificates',
  version: 2,
  schema: `
    topic text not null,
    certificate_pem text not null,
    key jsonb not null,
    not_after timestamptz not null,
    uploaded_at timestamptz not null,
    uploaded_position text collate "C" not null`,
  key: ['topic'],

  on: {
    PushCertificateUploaded: ({ at, position, data: { topic, certificatePem, key, notAfter } }) => ({
      where: { topic },
      set: { certificate_pem: certificatePem, key, not_after: notAfter, uploaded_at: at, uploaded_position: position },
    }),
  },
}

/** The certificate in use: the one uploaded last. */
export const currentPushCertificate = () =>
  query<PushCertificateRow>`select * from push_certificates order by uploaded_position desc limit 1`

export const pushCertificateByTopic = (topic: string) =>
  query<PushCertificateRow>`select * from push_certificates where topic = ${topic}`

/** Devices that enrolled under another topic than this one: how many, and a few of their names. Windows devices have no topic. */
export const devicesBeyondTopic = (topic: string, named: number) =>
  query<Readonly<{ count: number; names: readonly string[] }>>`
    with beyond as (
      select e.host_id, coalesce(nullif(h.name, ''), nullif(h.serial, ''), e.host_id) as name
      from enrollments e join hosts h on h.host_id = e.host_id
      where e.channel = 'device' and e.topic <> '' and e.topic <> ${topic} and h.stage = 'enrolled')
    select (select count(*) from beyond)::int as count,
           coalesce((select array_agg(name order by name) from (select name from beyond order by name limit ${named}) few), '{}') as names`
