/** Words that sources do not use, each with what to write. A space matches any white space; word forms are listed. */
export const TABLE = [
  ['tell|tells|telling|told', 'reports, throws, notifies, logs, rejects'],
  ['hear|hears|hearing|heard|hear head', 'evaluate, receive, handle, resolveHead'],
  ['lend|lends|lending|lent|loans?', 'leased, in use'],
  ['nobody|somebody|anybody|everybody|whoever', 'no caller, another caller, the caller'],
  ['go on|goes on|going on|went on|gone on', 'continues, resumes'],
  ['anew', 'again, from the start'],
  ['(?:shut|shuts|shutting) (?:\\S+ ){0,3}out', 'blocked, rejected'],
  ['bury|buries|buried', 'tombstoned'],
  ['mend|mends|mended|mending', 'fix, workaround'],
  ['for ever|forever', 'indefinitely'],
  ['signs? of life', 'heartbeat'],
  ['dear|dearer|dearest', 'expensive'],
  ['rooms?', 'module, folder'],
  ['a look|looks? at|looked at|looking at', 'poll, check, inspects'],
  ['made up|made-up', 'unknown'],
  ['under (?:\\S+ ){1,2}feet', 'while in use'],
  ['doubt|doubts|doubted|doubtful', 'markStale'],
  ['minds?|minded', 'track'],
  ['keep in', 'bindTo'],
  ['what can only be wrong', 'invalid set-up (an error)'],
  ['hardly be meant', 'likely mistake (a warning)'],
  ['deaf', 'disconnected, not listening'],
  ['deeds?', 'action, record, audit entry'],
  ['let go|lets go|letting go', 'release'],
  ['thrice', 'three times'],
  ['judges?|judged|judgements?', 'checks, evaluates'],
  ['remembers?|remembered', 'caches, records'],
  ['vouch|vouches|vouched', 'proves'],
  ['asleep', 'idle, suspended'],
  ['keeps? from nothing', 'state what is prevented'],
];

/**
 * Where a word is the field's own. `path` is a file or a folder.
 * @type {{ path: string, words: string[], reason: string }[]}
 */
export const EXCEPTIONS = [
  { path: 'libs/transports/src/websockets', words: ['room', 'rooms'], reason: 'rooms of Socket.IO' },
  { path: 'libs/testing/src/crawl', words: ['nobody'], reason: 'label of requests without credentials, in reports' },
  { path: 'libs/identity/src/port/names.ts', words: ['nobody'], reason: 'a reserved account name' },
  { path: 'test/drills/support', words: ['nobody'], reason: 'the operating-system user' },
  { path: 'libs/core/src/registry', words: ['room'], reason: 'free capacity, as in "makes room"' },
];
