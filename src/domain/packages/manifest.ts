import type { Content } from '../../kernel/content.ts'
import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import { reject } from '../rejections.ts'
import type { ManifestEvent } from './events.ts'

export type ManifestCommand =
  { type: 'UploadManifest'; data: { name: string; content: Content } } | { type: 'DeleteManifest'; data: object }

export type Manifest = Readonly<{ stage: 'absent' | 'present' | 'deleted'; name: string; content: Content | null }>

/** A manifest that an admin wrote, its stream named by a number that derives from its bytes. */
export const manifest: Decider<ManifestCommand, ManifestEvent, Manifest> = {
  category: 'manifest',
  initial: { stage: 'absent', name: '', content: null },

  decide: decideBy<ManifestCommand, ManifestEvent, Manifest>({
    UploadManifest: ({ data }, now) =>
      now.stage === 'present' && now.name === data.name ? [] : [{ type: 'ManifestUploaded', data }],
    DeleteManifest: (_, now) => {
      if (now.stage === 'absent') reject('not-found', 'This manifest does not exist.', 'id')
      return now.stage === 'present' ? [{ type: 'ManifestDeleted', data: { name: now.name } }] : []
    },
  }),

  evolve: evolveBy<ManifestEvent, Manifest>({
    ManifestUploaded: (_, { data }) => ({ stage: 'present', ...data }),
    ManifestDeleted: (state) => ({ ...state, stage: 'deleted', content: null }),
  }),
}
