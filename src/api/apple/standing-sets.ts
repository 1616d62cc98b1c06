import type { App } from '../../app/app.ts'
import { deviceChannel } from '../../domain/platforms.ts'
import { hostById } from '../../projections/host-directory.ts'
import { declarationSet } from '../../protocols/apple/declarations.ts'
import { standingDeclarations } from '../../protocols/apple/standing-declarations.ts'
import type { DeclarationsFor } from './declarative.ts'

/** The declarations that every device gets; users get none. They are as old as the enrollment of the host. */
export const standingSets = ({ read }: Pick<App, 'read'>, organization: string): DeclarationsFor => {
  const forDevices = declarationSet(standingDeclarations({ organization }))
  const forUsers = declarationSet([])
  return async (hostId, channel) => {
    const [row] = await read(hostById(hostId))
    const since = new Date(row?.enrolled_at ?? row?.discovered_at ?? 0)
    return { set: channel === deviceChannel ? forDevices : forUsers, since }
  }
}

/** The token that hosts are told of. */
export const standingToken = (organization: string): string => declarationSet(standingDeclarations({ organization })).token
