import type { Delivery } from '../profile-delivery.ts'
import type { NodeCommand, Verb } from './message.ts'
import { commandXml } from './write-message.ts'

/** One thing to do with one node; `format` and `data` go with what is written there. */
export type Deed = Readonly<{ verb: Verb; locUri: string; format?: 'chr' | 'int' | 'bool' | 'node' | 'xml'; data?: string }>

/** A deed as a command of a message. */
export const deedCommand = ({ verb, locUri, format, data }: Deed, cmdId: string): NodeCommand => ({
  name: verb,
  cmdId,
  items: [
    {
      ...{ target: locUri, source: null, format: format ?? null, type: format === undefined ? null : 'text/plain' },
      ...{ data: data ?? null, moreData: false },
    },
  ],
})

/** Deeds side by side, each answered for itself: the first by the CmdID `commandId`, the others by `idAt`. */
export const deliveryOfDeeds = (
  deeds: readonly Deed[],
  { commandId, idAt }: Readonly<{ commandId: string; idAt: (index: number) => string }>,
): Delivery => {
  const commands = deeds.map((deed, index) => deedCommand(deed, index === 0 ? commandId : idAt(index)))
  return {
    xml: commands.map(commandXml).join(''),
    parts: commands.map(({ cmdId }, index) => ({ cmdId, locUri: deeds[index]?.locUri ?? '' })),
  }
}
