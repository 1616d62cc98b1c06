import { createRequire } from 'node:module'
import type * as Gossip from '@eventstore/db-client/generated/gossip_pb.js'
import type * as GossipServices from '@eventstore/db-client/generated/gossip_grpc_pb.js'
import type * as Features from '@eventstore/db-client/generated/serverfeatures_pb.js'
import type * as FeaturesServices from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import type * as Shared from '@eventstore/db-client/generated/shared_pb.js'
import type * as Status from '@eventstore/db-client/generated/status_pb.js'
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js'
import type * as StreamsServices from '@eventstore/db-client/generated/streams_grpc_pb.js'
import type * as Any from 'google-protobuf/google/protobuf/any_pb.js'
import type * as ProtobufEmpty from 'google-protobuf/google/protobuf/empty_pb.js'

// The generated code fills its exports in ways that ESM imports cannot see.
const require = createRequire(import.meta.url)
const client = '@eventstore/db-client'

export const streams = require(`${client}/generated/streams_pb.js`) as typeof Streams
export const shared = require(`${client}/generated/shared_pb.js`) as typeof Shared
export const status = require(`${client}/generated/status_pb.js`) as typeof Status
export const gossip = require(`${client}/generated/gossip_pb.js`) as typeof Gossip
export const features = require(`${client}/generated/serverfeatures_pb.js`) as typeof Features
export const { StreamsService } = require(`${client}/generated/streams_grpc_pb.js`) as typeof StreamsServices
export const { GossipService } = require(`${client}/generated/gossip_grpc_pb.js`) as typeof GossipServices
export const { ServerFeaturesService } = require(`${client}/generated/serverfeatures_grpc_pb.js`) as typeof FeaturesServices

// Google's own messages must come from the copy that the generated code uses: another one fills the same global namespace differently.
const requireAsClient = createRequire(require.resolve(`${client}/package.json`))

export const { Any: AnyMessage } = requireAsClient('google-protobuf/google/protobuf/any_pb.js') as typeof Any
export const { Empty: GoogleEmpty } = requireAsClient('google-protobuf/google/protobuf/empty_pb.js') as typeof ProtobufEmpty
