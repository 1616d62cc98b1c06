/** How often a smaller input is tried. */
const maxTries = 3000

/** The smallest input that can be had by leaving parts out while `holds` says that it is still the same finding. */
export const minimised = async (bytes: Uint8Array, holds: (bytes: Uint8Array) => Promise<boolean>): Promise<Uint8Array> => {
  let smallest = bytes
  let tries = 0
  for (let size = Math.ceil(bytes.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < smallest.length && tries < maxTries;) {
      tries++
      const without = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)])
      if (await holds(without)) smallest = without
      else at += size
    }
  }
  return smallest
}
