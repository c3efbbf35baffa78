/** A long list in pages, a few of them at once. */
export async function inPages<T>(
  items: readonly T[],
  pageRows: number,
  concurrency: number,
  work: (page: readonly T[]) => Promise<void>,
): Promise<void> {
  const pages: (readonly T[])[] = [];
  for (let start = 0; start < items.length; start += pageRows) pages.push(items.slice(start, start + pageRows));
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let page = pages[next++]; page !== undefined; page = pages[next++]) await work(page);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, pages.length) }, worker));
}
