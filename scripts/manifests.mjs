/**
 * The fields that every published package has in common, derived from its entry points and its folder.
 * `node scripts/manifests.mjs` writes them; with `--check` it fails where a `package.json` differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { normalized } from './build/manifest.mjs';
import { workspaces } from './build/workspaces.mjs';

const check = process.argv.includes('--check');
for (const { folder, manifest } of workspaces('libs')) {
  const file = join(folder, 'package.json');
  const wanted = await format(JSON.stringify(normalized(folder, manifest)), { parser: 'json-stringify' });
  if (wanted === readFileSync(file, 'utf8')) continue;
  if (check) {
    console.error(`${file} lacks fields that every package has. Run: npm run manifests`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, wanted);
    console.log(`written: ${file}`);
  }
}
