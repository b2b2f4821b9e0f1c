import { readFileSync } from 'node:fs';

/** Files that a guide shows, by what its snippets name in their first line: `// FOLDER/FILE.ts`. */
export function filesShownIn(guide: string): { readonly file: string; readonly shown: string; readonly run: string }[] {
  const document = readFileSync(`docs/guides/${guide}.md`, 'utf8');
  const snippets = document.matchAll(new RegExp(`\`\`\`ts\\n// (${guide}/[\\w.-]+)\\n([^]*?)\`\`\``, 'g'));
  return [...snippets].map(([, file = '', shown = '']) => ({
    file,
    shown,
    run: readFileSync(`test/guides/${file}`, 'utf8'),
  }));
}
