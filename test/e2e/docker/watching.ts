import { whileDoing } from '../support/run';

/** Asks twenty times a second at most while something happens, a new connection each time; how often it failed, or got an error for an answer. */
export async function whileAsking<T>(url: string, work: () => Promise<T>): Promise<{ result: T; asked: number; failed: number }> {
  let [asked, failed] = [0, 0];
  const ask = async () => {
    asked += 1;
    await fetch(url, { headers: { connection: 'close' } })
      .then((response) => response.arrayBuffer())
      .catch(() => {
        failed += 1;
      });
  };
  const result = await whileDoing(ask, 50, work);
  return { result, asked, failed };
}

/** Which values a text holds, as they are or in base64. */
export const found = (values: readonly string[], text: string) =>
  values.filter((value) => text.includes(value) || text.includes(Buffer.from(value).toString('base64')));
