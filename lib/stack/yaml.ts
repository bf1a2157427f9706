import { DUMP_SCHEMA, type DumpOptions, defineScalarTag, NOT_RESOLVED } from 'js-yaml';

/** What Go takes for a number, once it has left out the underscores: `0X1F`, `0B11`, `-0o7`, `0O17`, `01e_0`; and npm's yaml `.` and `e0`. */
const NUMBER = /^[-+]?(0x[-+]?[\da-f]+|0b[-+]?[01]+|0o[-+]?[0-7]+|(\d+\.?\d*|\.\d*)(e[-+]?\d+)?|e[-+]?\d+)$/i;
/** What Go takes for a time, also with single digits. */
const TIME = /^\d{4}-\d\d?-\d\d?($|[Tt ])/;

/**
 * Nothing is ever written with this tag: it stands in the schema so that such text is quoted. kubectl, Docker and Compose
 * read YAML with Go's libraries, which know more numbers and times than any version of YAML.
 */
const goScalar = defineScalarTag('tag:ironhull,2026:go', {
  implicit: true,
  implicitFirstChars: [...'+-._0123456789eE'],
  resolve: (source) => (NUMBER.test(source.replaceAll('_', '')) || TIME.test(source) ? source : NOT_RESOLVED),
  identify: () => false,
});

/** How YAML is written: no anchors, no folded lines, and everything quoted that a reader could take for something else. */
export const YAML_OPTIONS: DumpOptions = { noRefs: true, lineWidth: -1, schema: DUMP_SCHEMA.withTags(goScalar) };
