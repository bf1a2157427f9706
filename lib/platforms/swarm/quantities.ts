import { goDuration } from '../../model/values/quantities';

/** Bytes of the Compose specification's text: `512m`, `4g`, `100b`. */
export function bytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([bkmgt]?)b?$/i.exec(text);
  const unit = 'bkmgt'.indexOf((match?.[2] || 'b').toLowerCase());
  return match ? Math.round(Number(match[1]) * 1024 ** unit) : Number.NaN;
}

/** Seconds of a duration as Go writes it: `1m30s`. */
export function seconds(text: string | undefined): number {
  const factors: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };
  let total = 0;
  for (const [, amount, unit] of (text ?? '').matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    total += Number(amount) * (factors[unit as string] ?? 0);
  return total;
}

/** A duration as the provider reads it back, which would differ for ever otherwise: without zeros at the end, `5m` or `2h`. */
export function duration(text: string): string {
  return goDuration(seconds(text) * 1000)
    .replace(/m0s$/, 'm')
    .replace(/h0m$/, 'h');
}
