import { readFileSync } from 'node:fs';

const linesOf = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'));

describe('the profile "metrics" of docker-compose.yml', () => {
  const compose = readFileSync('docker-compose.yml', 'utf8');

  it('has Prometheus read the committed configuration, with the nodes of the file as its targets', () => {
    const [own, general] = [linesOf('deploy/prometheus/compose.yml'), linesOf('deploy/prometheus/prometheus.yml')];
    const differing = own.filter((line, at) => line !== general[at]);
    expect(differing.map((line) => line.trim())).toEqual([`- targets: ['orchestrator-1:9464', 'orchestrator-2:9464']`]);
    expect(own).toHaveLength(general.length);
    expect(compose).toContain('--config.file=/etc/prometheus/compose.yml');
    expect(compose).toContain('./deploy/prometheus:/etc/prometheus:ro');
  });

  it('names nodes that exist and the port that they serve metrics on', () => {
    expect(compose).toMatch(/^ {2}orchestrator-1: \*orchestrator$/m);
    expect(compose).toMatch(/^ {2}orchestrator-2: \*orchestrator$/m);
    expect(compose).toMatch(/METRICS_HOST: 0\.0\.0\.0\n {4}METRICS_PORT: '9464'/);
  });
});
