import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportLeftOut } from '../../support/left-out.js';
import { until } from '../../support/until.js';

const FOLDER = 'deploy/prometheus';
const DASHBOARD = 'deploy/grafana/tenantry.json';

/** One series of a query's result. */
export interface QueriedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** How an alert rule was evaluated. */
export interface EvaluatedRule {
  readonly name: string;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly state: string;
}

/** A suite that needs the programs `prometheus` and `promtool`. Where they are missing it is one test that says so. */
export function describeWithPrometheus(title: string, suite: () => void): void {
  const isMissing = ['prometheus', 'promtool'].some((name) => spawnSync(name, ['--version']).error !== undefined);
  if (isMissing)
    reportLeftOut('Left out, no prometheus: its tests of deploy/. To run them too: apt-get install prometheus');
  describe(title, () => {
    if (!isMissing) suite();
    else it('is left out, for there is no prometheus here', () => expect(isMissing).toBe(true));
  });
}

/** What `promtool` says about a file of `deploy/prometheus`; `status` 0 = it is valid. */
export function promtool(...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

/** The names of metrics in the alert rules and the dashboard. */
export function metricsAskedFor(): readonly string[] {
  const texts = [`${FOLDER}/alerts.yml`, DASHBOARD].map((file) => readFileSync(file, 'utf8'));
  return [...new Set(texts.join('\n').match(/\btenantry_[a-z_]+/g))];
}

/** A Prometheus with the configuration of `deploy/`, but another target and a shorter interval. */
export class RunningPrometheus {
  readonly #folder: string;
  readonly #url: string;
  readonly #process: ChildProcess;
  #log = '';

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#url = `http://127.0.0.1:${port}`;
    this.#process = spawn('prometheus', [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    this.#process.stderr?.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
  }

  /** Starts one on a free port. The caller closes it. */
  static async start(port: number, target: number): Promise<RunningPrometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'tenantry-prometheus-'));
    cpSync(FOLDER, folder, { recursive: true });
    const config = readFileSync(join(folder, 'prometheus.yml'), 'utf8');
    const changed = config
      .replaceAll(/_interval: \w+/g, '_interval: 1s')
      .replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${target}`);
    writeFileSync(join(folder, 'prometheus.yml'), changed);
    const prometheus = new RunningPrometheus(folder, port);
    await until(() => prometheus.#isReady());
    return prometheus;
  }

  /** The result of an instant query. */
  async query(expression: string): Promise<readonly QueriedSeries[]> {
    const { result } = await this.#get<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
      `query?query=${encodeURIComponent(expression)}`,
    );
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** Names of everything that was scraped. */
  async metricNames(): Promise<ReadonlySet<string>> {
    return new Set(await this.#get<string[]>('label/__name__/values'));
  }

  /** Every alert rule. */
  async rules(): Promise<readonly EvaluatedRule[]> {
    const { groups } = await this.#get<{ groups: { rules: EvaluatedRule[] }[] }>('rules');
    return groups.flatMap(({ rules }) => rules);
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill();
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #isReady(): Promise<boolean> {
    if (this.#process.exitCode !== null) throw new Error(`Prometheus did not start:\n${this.#log.slice(-2_000)}`);
    return fetch(`${this.#url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  async #get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.#url}/api/v1/${path}`);
    const { data, error } = (await response.json()) as { data: T; error?: string };
    if (error !== undefined) throw new Error(error);
    return data;
  }
}
