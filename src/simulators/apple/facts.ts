import { random } from '../random.ts'

export type Model = 'mac' | 'iphone'

/** What a device is, for life. Equal seeds make equal devices. */
export type DeviceFacts = Readonly<{
  model: Model
  udid: string
  serial: string
  name: string
  productName: string
  modelName: string
  osVersion: string
  buildVersion: string
  supervised: boolean
  /** Given by iPhones at enrolment; clears the passcode. */
  unlockToken: Uint8Array | null
  capacityGb: number
}>

export const factsOf = (seed: string, model: Model, supervised = false): DeviceFacts => {
  const luck = random(`facts of ${model} ${seed}`)
  const product = luck.pick(products[model])
  const serial = luck.text(model === 'mac' ? 10 : 12, 'CDFGHJKLMNPQRTVWXY0123456789')
  return {
    model,
    serial,
    udid: model === 'mac' ? luck.uuid() : `00008110-${luck.text(16, '0123456789ABCDEF')}`,
    name: `${luck.pick(owners)}’s ${product.modelName} ${serial.slice(-4)}`,
    ...product,
    ...luck.pick(systems[model]),
    supervised,
    unlockToken: model === 'iphone' ? luck.bytes(256) : null,
    capacityGb: luck.pick([128, 256, 512]),
  }
}

type Several<T> = Readonly<Record<Model, readonly [T, ...(readonly T[])]>>

const products: Several<Readonly<{ productName: string; modelName: string }>> = {
  mac: [
    { productName: 'Mac14,7', modelName: 'MacBook Pro' },
    { productName: 'Mac15,12', modelName: 'MacBook Air' },
    { productName: 'Mac16,10', modelName: 'Mac mini' },
  ],
  iphone: [
    { productName: 'iPhone15,2', modelName: 'iPhone' },
    { productName: 'iPhone16,1', modelName: 'iPhone' },
  ],
}

const systems: Several<Readonly<{ osVersion: string; buildVersion: string }>> = {
  mac: [
    { osVersion: '14.7.1', buildVersion: '23H222' },
    { osVersion: '15.1', buildVersion: '24B83' },
  ],
  iphone: [
    { osVersion: '17.7.1', buildVersion: '21H216' },
    { osVersion: '18.1', buildVersion: '22B83' },
  ],
}

const owners = ['Ada', 'Björn', 'Chloé', 'Dmitri', 'Emi', 'Farah', 'Grace', 'Hugo'] as const
