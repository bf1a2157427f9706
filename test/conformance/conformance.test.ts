import { type Feature, formatProblem, type Natives, type Part, type Platform } from '../../lib';
import { ALL_FEATURES } from '../../lib/model/features';
import { KINDS } from '../../lib/model/kinds';
import { displayPath } from '../../lib/model/problems';
import { compose } from '../../lib/platforms/compose';
import { docker } from '../../lib/platforms/docker';
import { kubernetes } from '../../lib/platforms/kubernetes';
import { swarm, swarmFile } from '../../lib/platforms/swarm';
import { CONFORMANCE, type ConformanceCase, PROMISES } from '../../lib/testing';
import { type Observers, PLAIN, planCase, see } from './harness';
import { composeObservers } from './observers/compose';
import { dockerObservers } from './observers/docker';
import { kubernetesObservers } from './observers/kubernetes';
import { swarmFileObservers, swarmObservers } from './observers/swarm';
import { sharedObjects } from './sharing';

const named = CONFORMANCE.map((one) => [one.feature, one] as const);

describe('the cases', () => {
  test('there is exactly one for each feature', () => {
    expect(CONFORMANCE.map((one) => one.feature).sort()).toEqual([...ALL_FEATURES].sort());
  });

  test.each(named)('%s asks for what it says, and for nothing else', (_feature, one) => {
    const { planned } = planCase(one, compose);
    const asked = new Set(
      planned.problems.length === 0 ? planned.drafted.flatMap(({ part }) => [...part.resolve().features]) : askedBy(one),
    );
    const expected = new Set<Feature>([...PROMISES, ...one.also, one.feature]);
    expect([...asked].sort()).toEqual([...expected].sort());
  });

  test('an object of the spec in a native is found', () => {
    const spec = { main: { labels: { a: 'b' }, args: ['x'] } };
    expect(sharedObjects(spec, { metadata: { labels: spec.main.labels }, args: [...spec.main.args] })).toEqual([
      "metadata.labels is the spec's main.labels",
    ]);
  });

  test('the control asks for the promises and the size of its volume alone', () => {
    expect([...new Set(askedBy(PLAIN))].sort()).toEqual([...PROMISES, 'volume.size'].sort());
  });
});

/** What the parts of a case ask for, also where a platform refuses it. */
function askedBy(one: ConformanceCase): Feature[] {
  const { subject } = planCase(one, compose);
  const parts = [
    subject.service,
    subject.other,
    subject.volume,
    subject.segment,
    subject.secret,
    subject.config,
    subject.task,
    subject.object,
  ].map((construct) => construct?.part as Part);
  return [...parts, subject.route as Part].flatMap((part) => (part ? [...part.resolve().features] : []));
}

function conformance<N extends Natives, O>(platform: Platform<N, O>, observers: Observers<N>): void {
  const unsupported = (feature: Feature): boolean => {
    const line = platform.support[feature];
    return line !== 'native' && 'unsupported' in line;
  };

  describe(platform.title, () => {
    test('has a line for each feature and a cell for each kind, and no other', () => {
      expect(Object.keys(platform.support).sort()).toEqual([...ALL_FEATURES].sort());
      expect(Object.keys(platform.cells).sort()).toEqual([...KINDS].sort());
    });

    test('says in its lines how or why, in a sentence without a full stop', () => {
      for (const line of Object.values(platform.support)) {
        if (line === 'native') continue;
        const text = 'emulated' in line ? line.emulated : line.unsupported;
        expect(text).toMatch(/^.{10,}[^.]$/);
        expect(text).not.toMatch(/\n/);
      }
    });

    test('refuses what its table says it does not do, and nothing else', () => {
      const refused = CONFORMANCE.filter((one) => planCase(one, platform).planned.problems.length > 0).map((one) => one.feature);
      expect(refused.sort()).toEqual(ALL_FEATURES.filter(unsupported).sort());
      expect(ALL_FEATURES.filter((feature) => observers[feature] === 'refused').sort()).toEqual(refused);
    });

    test.each(named.filter(([feature]) => unsupported(feature)))('refuses %s until it is acknowledged', (feature, one) => {
      const { planned, subject } = planCase(one, platform);
      const line = platform.support[feature] as { unsupported: string };
      const part =
        subject.route ??
        subject.object?.part ??
        (feature.startsWith('volume') && feature !== 'volume.per-replica'
          ? subject.volume
          : feature.startsWith('task')
            ? subject.task
            : subject.service
        )?.part;
      expect(planned.problems.map(formatProblem)).toEqual([
        `${part && displayPath(part)}: ${platform.title} cannot do '${feature}': ${line.unsupported}; leave it out, or acknowledge '${feature}' with a reason`,
      ]);
      const accepted = planCase(one, platform, [feature]).planned;
      expect(accepted.problems).toEqual([]);
      expect(accepted.drafted.length).toBeGreaterThan(0);
      expect(accepted.differences.filter((difference) => difference.feature === feature)).toEqual([
        expect.objectContaining({ how: 'acknowledged', reason: `${line.unsupported} (this is a test of something else)` }),
      ]);
    });

    test.each(named.filter(([feature]) => !unsupported(feature)))('does %s', (feature, one) => {
      const { planned, subject } = planCase(one, platform);
      expect(planned.problems.map(formatProblem)).toEqual([]);
      const line = platform.support[feature];
      const told = planned.differences.filter((difference) => difference.feature === feature);
      if (line === 'native') expect(told).toEqual([]);
      else expect(told).toContainEqual(expect.objectContaining({ how: 'emulated', reason: (line as { emulated: string }).emulated }));
      const observe = observers[feature];
      if (observe === 'elsewhere') expect(line).toHaveProperty('emulated');
      else (observe as Exclude<typeof observe, string>)(see(subject, planned));
    });

    test.each(
      named.filter(([feature]) => typeof observers[feature] === 'function' && !PROMISES.includes(feature)),
    )('does %s only where it is asked for', (feature) => {
      const { planned, subject } = planCase(PLAIN, platform);
      expect(planned.problems).toEqual([]);
      const seen = see(subject, planned);
      expect(() => (observers[feature] as Exclude<Observers<N>[Feature], string>)(seen)).toThrow();
    });

    test.each(named)('natives for %s are plain data of their own, and the same every time', (_feature, one) => {
      const [first, second] = [planCase(one, platform, ALL_FEATURES), planCase(one, platform, ALL_FEATURES)];
      expect(first.planned.problems).toEqual([]);
      expect(JSON.stringify(first.planned.drafted.map(({ native }) => native))).toBe(
        JSON.stringify(second.planned.drafted.map(({ native }) => native)),
      );
      for (const { part, native } of first.planned.drafted) expect(sharedObjects(part.resolve().spec, native)).toEqual([]);
    });
  });
}

conformance(kubernetes, kubernetesObservers);
conformance(docker, dockerObservers);
conformance(swarm, swarmObservers);
conformance(swarmFile, swarmFileObservers);
conformance(compose, composeObservers);
