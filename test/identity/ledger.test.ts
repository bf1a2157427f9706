import { Construct } from 'constructs';
import { Environments, migrated, moved, retire } from '../../lib';
import { kubernetes } from '../../lib/platforms/kubernetes';
import { database, Place } from './support';

const started = (build: Parameters<Place['run']>[0] = (chart) => void database(chart)) => {
  const place = new Place();
  expect(place.run(build)).toMatchObject({ problems: [], said: [] });
  return place;
};

test('the file is sorted, with one line a value, and writing it again changes nothing', () => {
  const place = started();
  const text = place.read();
  expect(text).toBe(`{
  "stacks": {
    "shop-production": {
      "Data": {
        "access": "ReadWriteOnce",
        "format": "postgres 15",
        "keep": "yes",
        "kind": "volume",
        "mounts": "/var/lib/postgresql/data",
        "name": "data",
        "size": "1Gi",
        "storageClass": "the cluster's default"
      },
      "Db": {
        "controller": "Deployment",
        "keep": "yes",
        "kind": "workload",
        "name": "db",
        "selector": "app.kubernetes.io/instance=db"
      }
    }
  },
  "version": 1
}
`);
  place.run((chart) => void database(chart), Environments.production, 'frozen');
  expect(place.read()).toBe(text);
});

test('what moved is refused, with the likely construct; the file stays', () => {
  const place = started();
  const before = place.read();
  expect(place.run((chart) => void database(new Construct(chart, 'Store'))).problems).toEqual([
    "shop/Data: the volume 'data' of ids.json is not made any more, and what it holds would be left behind; if shop/Store/Data ('store-data') is what it has become, moved(construct, 'data') there keeps the name; to give it up, retire(scope, { 'data': 'why' })",
    "shop/Db: the workload 'db' of ids.json is not made any more, and whoever knows that name would not find it; if shop/Store/Db ('store-db') is what it has become, moved(construct, 'db') there keeps the name; to give it up, retire(scope, { 'db': 'why' })",
  ]);
  expect(place.read()).toBe(before);
});

test('moved keeps the names, and the same bytes', () => {
  const place = new Place();
  const { yaml } = place.run((chart) => void database(chart));
  const there = place.run((chart) => {
    const { volume, service } = database(new Construct(chart, 'Store'), { id: 'Files' });
    moved(volume, 'data');
    moved(service, 'db');
  });
  expect(there).toEqual({ yaml, said: [], problems: [] });
  expect(place.read()).toContain('"Store/Files"');
});

test('moved from a name that nobody had is a problem', () => {
  const place = started();
  expect(
    place.run((chart) => {
      moved(new Construct(chart, 'Store'), 'dta');
      database(chart);
    }).problems,
  ).toEqual([
    'shop/Store: moved() names something that ids.json does not hold, got "dta"; use the name that it holds, or leave the call out',
  ]);
});

test('retire gives up what it names, once', () => {
  const place = started();
  const retiring = (chart: Construct) => retire(chart, { data: 'moved to the managed database', db: 'moved to the managed database' });
  expect(place.run(retiring)).toMatchObject({ problems: [], said: [] });
  expect(place.read()).not.toContain('"data"');
  expect(place.run(retiring).said).toEqual([
    'shop: retire() allows something that happens no more, got data; remove it from the program',
    'shop: retire() allows something that happens no more, got db; remove it from the program',
  ]);
  expect(started().run((chart) => retire(chart, { data: 'why', db: 'no longer needed' })).problems).toEqual([
    'shop: retire.data: needs a reason of at least ten characters, got "why"; say why it is acceptable here',
  ]);
});

test('another major version of Postgres is refused until it was migrated, for that version alone', () => {
  const place = started();
  const to = (image: string, consent?: string) => (chart: Construct) => {
    const { volume } = database(chart, { image });
    if (consent) migrated(volume, { format: consent }, 'dumped and restored');
  };
  const refusal =
    "shop/Data: format: the new program does not read what the old one wrote: it was 'postgres 15', got \"postgres 16\"; dump the data with the old version and restore it into the new one, or run pg_upgrade; once that is done, say so for this change: migrated(construct, { format: 'postgres 16' }, 'how it was done')";
  expect(place.run(to('postgres:15.9')).problems).toEqual([]);
  expect(place.run(to('pgvector/pgvector:0.8.0-pg16')).problems).toEqual([refusal]);
  expect(place.run(to('postgres:16', 'postgres 17')).problems).toEqual([refusal]);
  expect(place.run(to('postgres:16', 'postgres 16'))).toMatchObject({ problems: [], said: [] });
  expect(place.run(to('postgres:16', 'postgres 16')).said).toEqual([
    'shop/Data: migrated() allows something that happens no more, got format: postgres 16; remove it from the program',
  ]);
  expect(place.run(to('postgres:17', 'postgres 16')).problems).toHaveLength(1);
});

test('growing is fine; smaller, another class and another selector are not', () => {
  const place = started((chart) => void database(chart, { size: '2Gi', storageClass: 'fast' }));
  expect(
    place.run((chart) => {
      const { service } = database(chart, { size: '1Gi', storageClass: 'slow' });
      service.tune(kubernetes, ({ deployment }) => {
        deployment.spec.selector.matchLabels = { app: 'db' };
        Object.assign(deployment.spec.template.metadata?.labels ?? {}, { app: 'db' });
      });
    }).problems,
  ).toEqual([
    expect.stringContaining('shop/Data: size: a volume cannot become smaller: it was \'2Gi\', got "1Gi"; give it the size that it had'),
    expect.stringContaining('shop/Data: storageClass: the storage class of a volume cannot be changed: it was \'fast\', got "slow"'),
    expect.stringContaining(
      'shop/Db: selector: the label selector of a workload cannot be changed: it was \'app.kubernetes.io/instance=db\', got "app=db"',
    ),
  ]);
  expect(started().run((chart) => void database(chart, { size: '2Gi' })).problems).toEqual([]);
});

test('what is not kept changes freely', () => {
  const place = new Place();
  place.run((chart) => void database(chart), Environments.development);
  expect(
    place.run((chart) => void database(new Construct(chart, 'Store'), { image: 'postgres:17' }), Environments.development).problems,
  ).toEqual([]);
});

test('where the file is frozen, what it does not hold is an error, and it stays', () => {
  const place = new Place();
  expect(place.run((chart) => void database(chart), Environments.production, 'frozen').problems).toEqual([
    'shop: ids.json does not know the stack shop-production; run synth where CI is not set, and commit ids.json',
  ]);
  const known = started();
  const text = known.read();
  expect(
    known.run(
      (chart) => {
        database(chart, { size: '2Gi' });
        database(new Construct(chart, 'More'));
      },
      Environments.production,
      'frozen',
    ).problems,
  ).toEqual([
    'shop: ids.json holds something else of the volume at Data, got "data"; run synth where CI is not set, and commit ids.json',
    'shop: ids.json does not hold the volume at More/Data, got "more-data"; run synth where CI is not set, and commit ids.json',
    'shop: ids.json does not hold the workload at More/Db, got "more-db"; run synth where CI is not set, and commit ids.json',
  ]);
  expect(known.read()).toBe(text);
});

test.each([
  [
    '<<<<<<< HEAD\n{',
    'ids.json:1: holds a merge conflict, got "<<<<<<< HEAD"; keep the lines of both sides that are still true, then run synth',
  ],
  [
    '{\n  "stacks": {\n    "a": 1\n  }\n}',
    'ids.json:3: lacks a \'{\', got "\\"a\\": 1"; restore the file from version control; it is written by synth alone',
  ],
  [
    '{\n"version": 1,\n"version": 1 }',
    'ids.json:3: is there twice, got "\\"version\\": 1 }"; restore the file from version control; it is written by synth alone',
  ],
  [
    '{ "version": 2, "stacks": {} }',
    'ids.json:1: is not of version 1, got "{ \\"version\\": 2, \\"stacks\\": {} }"; restore the file from version control; it is written by synth alone',
  ],
])('garbage in the file is one error with its line: %j', (text, message) => {
  const place = new Place();
  place.write(text);
  expect(place.run((chart) => void database(chart)).problems).toEqual([message]);
  expect(place.read()).toBe(text);
});
