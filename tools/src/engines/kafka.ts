import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireProgram, run } from './command.ts';
import type { Engine, InstallFolder } from './engine.ts';
import { checkKafka } from './kafka-health.ts';
import { freePorts } from './ports.ts';

const version = '3.7.2';
const clusterId = 'bWlsbHJhY2UtZW5naW5lcw';

/** One Kafka broker that is its own KRaft controller, from its jars in Maven Central. */
export const kafka: Engine = {
  name: 'kafka',
  variable: 'MILLRACE_TEST_KAFKA',

  async install(folder) {
    const jars = await downloaded(folder);
    const java = await requireProgram(
      'java',
      'Kafka runs on Java 11 or newer: install a JRE, such as openjdk-17-jre-headless',
    );
    return { version, program: java, programArguments: ['-cp', join(jars, '*')] };
  },

  async prepare(installation, dataDirectory) {
    const [client, controller] = await freePorts(2);
    const address = `127.0.0.1:${client}`;
    const properties = join(dataDirectory, 'server.properties');
    await mkdir(dataDirectory, { recursive: true });
    await writeFile(
      properties,
      serverProperties(address, `127.0.0.1:${controller}`, join(dataDirectory, 'log')),
    );
    const formatting = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties];
    await run(installation.program, [...installation.programArguments, ...formatting], {
      deadlineMs: 60_000,
    });
    return {
      program: installation.program,
      arguments: ['-Xms256m', '-Xmx768m', ...installation.programArguments, 'kafka.Kafka', properties],
      environment: {},
      address,
      check: () => checkKafka(address),
    };
  },
};

/** Settings of the broker. Short sessions, so that a killed and restarted broker is back within seconds. */
export function serverProperties(address: string, controller: string, logDirectory: string): string {
  const settings: Readonly<Record<string, string | number | boolean>> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${controller}`,
    listeners: `PLAINTEXT://${address},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://${address}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': logDirectory,
    'num.partitions': 1,
    'auto.create.topics.enable': true,
    'message.max.bytes': 10 * 2 ** 20,
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'group.initial.rebalance.delay.ms': 0,
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 500,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>millrace</groupId>
  <artifactId>kafka-engine</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

/** The directory of the jars. */
async function downloaded(folder: InstallFolder): Promise<string> {
  const jars = join(folder.directory, `kafka-${version}`);
  const present = await readdir(jars).catch((): string[] => []);
  if (present.includes(`kafka_2.13-${version}.jar`)) return jars;
  const mvn = await requireProgram('mvn', 'Kafka is downloaded from Maven Central; install Maven 3');
  await mkdir(folder.directory, { recursive: true });
  const work = await mkdtemp(join(folder.directory, 'kafka.part-'));
  try {
    folder.say(`kafka: downloading ${version} from Maven Central`);
    await writeFile(join(work, 'pom.xml'), pom);
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
    await run(mvn, ['-q', '-B', goal, `-DoutputDirectory=${join(work, 'jars')}`], {
      cwd: work,
      deadlineMs: 600_000,
    });
    await rm(jars, { recursive: true, force: true });
    await rename(join(work, 'jars'), jars);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return jars;
}
