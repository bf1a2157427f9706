/** Shorter pieces of base64 stand in harmless text too. */
const LEAST_PIECE = 8;

/** The forms in which a secret text may stand in a longer one, and how an error calls them. */
export function disguises(value: string): [form: string, how: string][] {
  const json = JSON.stringify(value).slice(1, -1);
  const url = tryEncode(value);
  const bytes = Buffer.from(value);
  return [
    [value, ''],
    // what a search in bytes sees of it
    [bytes.toString('latin1'), ''],
    [json, ', as JSON writes it'],
    [JSON.stringify(json).slice(1, -1), ', as JSON writes it'],
    [url, ', as a URL writes it'],
    [url.replaceAll('%20', '+'), ', as a URL writes it'],
    ...base64Of(bytes).map((form) => [form, ' in base64'] as [string, string]),
  ];
}

/**
 * Base64 of a text, also where it is part of a longer text: a piece of it, which depends on how many bytes stand before it.
 */
function base64Of(bytes: Buffer): string[] {
  const pieces = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // the first and last characters hold bits of neighbours
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const all = [bytes.toString('base64'), ...pieces.filter((piece) => piece.length >= LEAST_PIECE)];
  return [...all, ...all.map((text) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''))].filter(
    (text) => text.length >= LEAST_PIECE,
  );
}

function tryEncode(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    // half of a character
    return value;
  }
}
