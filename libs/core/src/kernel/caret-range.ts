/** Whether a version is in a range of caret alternatives, such as `^11.1.4 || ^12.0.0`. Pre-releases count as their release. */
export function isInRange(version: string, range: string): boolean {
  return range.split('||').some((caret) => isInCaret(numbersOf(version), numbersOf(caret)));
}

function isInCaret(version: readonly number[], lowest: readonly number[]): boolean {
  const fixed = Math.max(
    0,
    lowest.findIndex((part) => part > 0),
  );
  if (version.slice(0, fixed + 1).some((part, index) => part !== lowest[index])) return false;
  const differs = version.findIndex((part, index) => part !== lowest[index]);
  return differs === -1 || (version[differs] ?? 0) > (lowest[differs] ?? 0);
}

function numbersOf(text: string): number[] {
  const [, major, minor, patch] = /(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text) ?? [];
  return [major, minor, patch].map((part) => Number(part ?? 0));
}
