import type { Recorded } from '../kernel/event.ts'
import type { EventLog } from './ports.ts'

/**
 * The events of a stream from its beginning, page by page, up to and without the first that `belongs` says no to. No empty page; the next one
 * is under way while one is looked at. Throws `LogUnavailable`.
 */
export async function* pagesOf(
  log: Pick<EventLog, 'readStream'>,
  stream: string,
  { belongs, pageSize }: Readonly<{ belongs: (event: Recorded) => boolean; pageSize: number }>,
): AsyncGenerator<readonly Recorded[]> {
  const read = (from: number): Promise<readonly Recorded[]> => {
    const page = log.readStream(stream, { from, limit: pageSize })
    // It rejects again when it is waited for; nobody may.
    page.catch(() => undefined)
    return page
  }
  let next: Promise<readonly Recorded[]> | null = read(0)
  for (let from = pageSize; next !== null; from += pageSize) {
    const page: readonly Recorded[] = await next
    const end = page.findIndex((event) => !belongs(event))
    next = end === -1 && page.length === pageSize ? read(from) : null
    const belonging = end === -1 ? page : page.slice(0, end)
    if (belonging.length > 0) yield belonging
  }
}

/** All of those events at once; `keep` thins each page out. */
export const readPages = async <E extends Recorded>(
  pages: AsyncIterable<readonly Recorded[]>,
  keep: (page: readonly E[]) => readonly E[],
): Promise<readonly E[]> => {
  const kept: E[] = []
  for await (const page of pages) kept.push(...keep(page as readonly E[]))
  return kept
}
