import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import type { OfType } from '../../kernel/event.ts'
import { reject } from '../rejections.ts'
import type { Role, ServerEvent } from './events.ts'

export type ServerCommand =
  | { type: 'CreateAuthority'; data: OfType<ServerEvent, 'AuthorityCreated'>['data'] }
  /** `replaceTopic` says that the admin knows: every device has to enroll again. */
  | { type: 'UploadPushCertificate'; data: OfType<ServerEvent, 'PushCertificateUploaded'>['data'] & { replaceTopic: boolean } }
  | { type: 'IssueApiToken'; data: { name: string; role: Role; tokenHash: string } }
  | { type: 'RevokeApiToken'; data: { tokenHash: string } }

export type Server = Readonly<{
  authority: OfType<ServerEvent, 'AuthorityCreated'>['data'] | null
  push: OfType<ServerEvent, 'PushCertificateUploaded'>['data'] | null
  tokens: Readonly<Record<string, Readonly<{ name: string; role: Role }>>>
}>

/** The server's own life: its authority, its push certificate, who may use its API. */
export const server: Decider<ServerCommand, ServerEvent, Server> = {
  category: 'server',
  initial: { authority: null, push: null, tokens: {} },

  decide: decideBy<ServerCommand, ServerEvent, Server>({
    CreateAuthority: ({ data }, now) => (now.authority === null ? [{ type: 'AuthorityCreated', data }] : []),
    UploadPushCertificate: ({ data: { replaceTopic, ...data } }, now) => {
      if (now.push?.certificatePem === data.certificatePem) return []
      if (now.push !== null && now.push.topic !== data.topic && !replaceTopic)
        reject(
          'topic-changed',
          `The certificate's topic is ${data.topic}; enrolled devices know ${now.push.topic} only.`,
          'certificate',
        )
      return [{ type: 'PushCertificateUploaded', data }]
    },
    IssueApiToken: ({ data }, now) => (now.tokens[data.tokenHash] === undefined ? [{ type: 'ApiTokenIssued', data }] : []),
    RevokeApiToken: ({ data }, now) => {
      if (now.tokens[data.tokenHash] === undefined) return reject('not-found', 'This token does not exist.', 'token')
      return [{ type: 'ApiTokenRevoked', data }]
    },
  }),

  evolve: evolveBy<ServerEvent, Server>({
    AuthorityCreated: (state, { data }) => ({ ...state, authority: data }),
    PushCertificateUploaded: (state, { data }) => ({ ...state, push: data }),
    ApiTokenIssued: (state, { data: { tokenHash, name, role } }) => ({
      ...state,
      tokens: { ...state.tokens, [tokenHash]: { name, role } },
    }),
    ApiTokenRevoked: (state, { data }) => {
      const { [data.tokenHash]: _, ...tokens } = state.tokens
      return { ...state, tokens }
    },
  }),
}

/** The one stream of this kind. */
export const theServer = 'main'
