import { join } from 'node:path';
import ts from 'typescript';

/**
 * The types that Grafana publishes of its dashboards, put together for the kinds of panels that there are here. Its package leaves open what
 * belongs to a kind of panel and says that in a module of its own. An enum is what it is in JSON.
 */
const TYPES = `
import type { Dashboard, FieldConfig, FieldConfigSource, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import type * as stat from '@grafana/grafana-foundation-sdk/stat';
import type * as timeline from '@grafana/grafana-foundation-sdk/statetimeline';
import type * as table from '@grafana/grafana-foundation-sdk/table';
import type * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

type Json<T> = T extends string ? \`\${T}\` : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
interface Of<Type, Options, Custom> extends Omit<Panel, 'type' | 'targets' | 'options' | 'fieldConfig'> {
  type: Type;
  targets: Omit<Dataquery, '_implementsDataqueryVariant'>[];
  options: Options;
  fieldConfig: Omit<FieldConfigSource, 'defaults'> & { defaults: Omit<FieldConfig, 'custom'> & { custom?: Partial<Custom> } };
}
type Any =
  | Of<'stat', stat.Options, never>
  | Of<'timeseries', timeseries.Options, timeseries.FieldConfig>
  | Of<'table', table.Options, table.FieldConfig>
  | Of<'state-timeline', timeline.Options, timeline.FieldConfig>;
interface Row extends Omit<RowPanel, 'type' | 'panels'> { type: 'row'; panels: Any[] }
export const board: Json<Omit<Dashboard, 'panels'> & { panels: (Any | Row)[] }> = `;

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  types: [],
};

/** What is wrong with each dashboard by Grafana's own types: unknown and missing properties, types, and words that are none of an enum. */
export function mistakes(boards: readonly string[]): string[][] {
  const files = new Map(boards.map((board, i) => [join(__dirname, `board${i}.ts`), TYPES + board] as const));
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...more) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile(name, version, ...more) : ts.createSourceFile(name, text, version);
  };
  const program = ts.createProgram([...files.keys()], OPTIONS, host);
  const found = ts.getPreEmitDiagnostics(program);
  const told = ({ messageText, file, start = 0 }: ts.Diagnostic) => {
    const line = file?.text.slice(file.text.lastIndexOf('\n', start) + 1).split('\n')[0] ?? '';
    return `${line.trim()}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  };
  const elsewhere = found.filter(({ file }) => !files.has(file?.fileName ?? ''));
  if (elsewhere.length > 0) throw new Error(elsewhere.map(told).join('\n'));
  return [...files.keys()].map((name) => found.filter(({ file }) => file?.fileName === name).map(told));
}
