import { ALL_FEATURES, FEATURES, type Feature } from '../lib/model/features';
import type { Support } from '../lib/platform/platform';

/** What the documentation needs of a platform. */
export interface Column {
  readonly title: string;
  readonly support: Readonly<Record<Feature, Support>>;
}

/** `docs/platforms.md`: what each platform does natively, in another way, or not at all, and why. */
export function supportTable(columns: readonly Column[]): string {
  const lines = [
    '# What each platform can do',
    '',
    '<!-- Generated from the support tables of the platforms by `npm run docs`; do not edit. -->',
    '',
    'Asking for something that a platform cannot do is an error until it is acknowledged with a reason. What is done in another',
    'way is listed with every render. ● native · ◐ in another way · ○ not at all; the reasons stand below the table.',
    '',
    `| What | ${columns.map((c) => c.title).join(' | ')} |`,
    `|---|${columns.map(() => ':-:').join('|')}|`,
    ...ALL_FEATURES.map((f) => `| ${FEATURES[f]} \`${f}\` | ${columns.map((c) => mark(c.support[f])).join(' | ')} |`),
    '',
  ];
  for (const column of columns) {
    lines.push(`## ${column.title}`, '');
    for (const feature of ALL_FEATURES) {
      const support = column.support[feature];
      if (support === 'native') continue;
      lines.push('emulated' in support ? `- ◐ \`${feature}\`: ${support.emulated}` : `- ○ \`${feature}\`: ${support.unsupported}`);
    }
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function mark(support: Support): string {
  if (support === 'native') return '●';
  return 'emulated' in support ? '◐' : '○';
}
