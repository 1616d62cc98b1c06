import type { Recorded } from '../kernel/event.ts'
import type { EventLog } from './ports.ts'

/**
 * The events of a stream from its beginning, page by page, up to and without the first that `belongs` says no to. No empty page.
 * Throws `LogUnavailable`.
 */
export async function* pagesOf(
  log: Pick<EventLog, 'readStream'>,
  stream: string,
  { belongs, pageSize }: Readonly<{ belongs: (event: Recorded) => boolean; pageSize: number }>,
): AsyncGenerator<readonly Recorded[]> {
  for (let from = 0; ; from += pageSize) {
    const page = await log.readStream(stream, { from, limit: pageSize })
    const end = page.findIndex((event) => !belongs(event))
    const belonging = end === -1 ? page : page.slice(0, end)
    if (belonging.length > 0) yield belonging
    if (end !== -1 || page.length < pageSize) return
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
