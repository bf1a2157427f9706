import { asDocumented, documents, Project, programsOf } from './programs';

const programs = documents().flatMap(programsOf);
if (programs.length === 0) throw new Error('no document has a program; the fences of README.md say ```ts run');
const named = programs.map((program) => [`${program.document}:${program.line}`, program] as const);
let project: Project;

beforeAll(() => {
  project = new Project(programs);
});
afterAll(() => project.remove());

test('every document that shows a construct has a program', () => {
  expect(documents()).toContain('constructs/hardened-service/README.md');
  expect(programs.filter((program) => program.marker === 'run').length).toBeGreaterThan(3);
});

test.each(named)('%s says whether it is run', (_name, program) => {
  expect(['run', 'more', 'check']).toContain(program.marker);
});

test('all programs compile', () => {
  expect(project.compile()).toBe('');
}, 240_000);

describe.each(named.filter(([, program]) => program.marker !== 'check'))('%s', (_name, program) => {
  test('runs and makes what is shown below it', () => {
    const output = project.run(program);
    expect(output).not.toBe('');
    if (program.output && !asDocumented(output, program.output.text)) expect(output).toBe(program.output.text);
  }, 60_000);
});

describe('the comparison', () => {
  test.each([
    ['a: 1\nb: 2\n', 'a: 1\nb: 2\n', true],
    ['a: 1\nb: 2\nc: 3\n', 'a: 1\n# ...\nc: 3\n', true],
    ['a: 1\nb: 2\nc: 3\n', '# ...\nb: 2\n# ...\n', true],
    ['a: 1\nb: 2\n', 'a: 1\n', false],
    ['a: 1\nb: 2\nc: 3\n', 'a: 1\n# ...\nb: 3\n', false],
    ['a: 1x2\n', 'a: 1.2\n', false],
  ])('%j is documented by %j: %s', (output, documented, expected) => {
    expect(asDocumented(output, documented)).toBe(expected);
  });
});
