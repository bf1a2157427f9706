/** Asks twenty times a second at most while something happens, a new connection each time; how often it failed, or got an error for an answer. */
export async function whileAsking<T>(url: string, work: () => Promise<T>): Promise<{ result: T; asked: number; failed: number }> {
  let [asked, failed, over] = [0, 0, false];
  const asking = (async () => {
    while (!over) {
      asked += 1;
      await fetch(url, { headers: { connection: 'close' } })
        .then((response) => response.arrayBuffer())
        .catch(() => {
          failed += 1;
        });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  const ended = async () => {
    over = true;
    await asking;
    return { asked, failed };
  };
  try {
    return { result: await work(), ...(await ended()) };
  } finally {
    // also where it failed: who asks on keeps the whole process
    over = true;
  }
}

/** Which values a text holds, as they are or in base64. */
export const found = (values: readonly string[], text: string) =>
  values.filter((value) => text.includes(value) || text.includes(Buffer.from(value).toString('base64')));
