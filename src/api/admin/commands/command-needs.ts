import type { Needs } from '../../../domain/commands/needs.ts'
import type { Platform } from '../../../domain/platforms.ts'
import { endedPartsOf, needsOf, updatesByDeclaration } from '../../../protocols/apple/command-needs.ts'
import type { PlistDict } from '../../../protocols/plist/value.ts'

type Written = Readonly<{ requestType: string; command: PlistDict }>

const families: Readonly<Record<'mac' | 'mobile', readonly Platform[]>> = { mac: ['darwin'], mobile: ['ios', 'ipados'] }

/** What Apple's command asks of a host, in the domain's words. */
export const hostNeeds = ({ requestType, command }: Written): Needs => {
  const { only, supervised, macUser, until } = needsOf(requestType)
  const asks = command['Queries']
  const nothingElse = Array.isArray(asks) && asks.length > 0 && endedPartsOf(command).length === asks.length
  return {
    name: requestType,
    ...(only !== undefined && { platforms: families[only] }),
    ...(supervised !== undefined && { supervised: supervised.flatMap((family) => families[family]) }),
    ...(macUser === true && { userOnly: families.mac }),
    ...((until !== undefined || nothingElse) && { until: until ?? 27, instead: updatesByDeclaration }),
  }
}

/** What is worth knowing of a command that is taken all the same, as sentences. */
export const warningsOf = ({ requestType, command }: Written): readonly string[] => {
  const { until } = needsOf(requestType)
  if (until !== undefined)
    return [
      `Systems of Apple from ${String(until)} on do not take ${requestType} any more; hosts that run them are left out. ${updatesByDeclaration}`,
    ]
  const parts = endedPartsOf(command)
  if (parts.length === 0) return []
  return [`Systems of Apple from 27 on do not know ${parts.join(', ')} of ${requestType} any more. ${updatesByDeclaration}`]
}
