import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import type { Sealed } from '../../kernel/content.ts'
import type { OfType } from '../../kernel/event.ts'
import { evolveSlice } from '../../kernel/slice.ts'
import { reject } from '../rejections.ts'
import type { Authorities, AuthorityCommand } from './authorities.ts'
import { authorities } from './authorities.ts'
import type { AuthorityEvent, Role, ServerEvent } from './events.ts'

export type ServerCommand =
  | AuthorityCommand
  /** `replaceTopic` says that the admin knows: every device has to enroll again. */
  | { type: 'UploadPushCertificate'; data: OfType<ServerEvent, 'PushCertificateUploaded'>['data'] & { replaceTopic: boolean } }
  | { type: 'RequestPushCertificate'; data: OfType<ServerEvent, 'PushCertificateRequested'>['data'] }
  | { type: 'IssueApiToken'; data: OfType<ServerEvent, 'ApiTokenIssued'>['data'] }
  | { type: 'RevokeApiToken'; data: { tokenHash: string } }

export type Server = Readonly<{
  authorities: Authorities
  push: OfType<ServerEvent, 'PushCertificateUploaded'>['data'] | null
  /** The latest requests for push certificates, by the SHA-256 of their public keys. */
  pushRequests: Readonly<Record<string, Sealed>>
  tokens: Readonly<Record<string, Readonly<{ name: string; role: Role }>>>
}>

/** The server's own life: its authority, its push certificate, who may use its API. */
export const server: Decider<ServerCommand, ServerEvent, Server> = {
  category: 'server',
  initial: { authorities: authorities.initial, push: null, pushRequests: {}, tokens: {} },

  decide: decideBy<ServerCommand, ServerEvent, Server>({
    ...authorities.decide,
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
    RequestPushCertificate: ({ data }, now) =>
      now.pushRequests[data.publicKey] === undefined ? [{ type: 'PushCertificateRequested', data }] : [],
    IssueApiToken: ({ data }, now) => {
      if (now.tokens[data.tokenHash] !== undefined) return []
      // Events name their actor by the token's name: two of one name could not be told apart.
      if (Object.values(now.tokens).some(({ name }) => name === data.name))
        return reject('name-taken', `An API token named ${data.name} already exists.`, 'name')
      return [{ type: 'ApiTokenIssued', data }]
    },
    RevokeApiToken: ({ data }, now) => {
      if (now.tokens[data.tokenHash] === undefined) return reject('not-found', 'This token does not exist.', 'token')
      return [{ type: 'ApiTokenRevoked', data }]
    },
  }),

  evolve: (state, event) => ({ ...evolveRest(state, event), authorities: evolveSlice(authorities, state.authorities, event) }),
}

/** How many requests may wait for their certificates. */
const requestMemory = 10

const evolveRest = evolveBy<Exclude<ServerEvent, AuthorityEvent>, Server>({
  PushCertificateRequested: (state, { data }) => {
    const before = Object.entries(state.pushRequests).slice(1 - requestMemory)
    return { ...state, pushRequests: { ...Object.fromEntries(before), [data.publicKey]: data.key } }
  },
  PushCertificateUploaded: (state, { data }) => ({ ...state, push: data }),
  ApiTokenIssued: (state, { data: { tokenHash, name, role } }) => ({
    ...state,
    tokens: { ...state.tokens, [tokenHash]: { name, role } },
  }),
  ApiTokenRevoked: (state, { data }) => {
    const { [data.tokenHash]: _, ...tokens } = state.tokens
    return { ...state, tokens }
  },
})

/** The one stream of this kind. */
export const theServer = 'main'
