'use strict';
const { default: TestRunner } = require('jest-runner');

/** Runs one file after the other, the histories last, until a test has failed. */
module.exports = class extends TestRunner {
  async runTests(tests, watcher, options) {
    let failed = false;
    this.on('test-file-success', ([, { numFailingTests }]) => (failed ||= numFailingTests > 0));
    const isLast = ({ path }) => Number(path.endsWith('model.spec.ts'));
    for (const test of [...tests].sort((a, b) => isLast(a) - isLast(b))) {
      if (!failed) await super.runTests([test], watcher, options);
    }
  }
};
