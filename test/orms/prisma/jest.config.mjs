import everywhere from '../../../jest.config.mjs';

/** As everywhere, on the one folder that is left out there. */
export default {
  ...everywhere,
  rootDir: '../../..',
  roots: ['<rootDir>/test/orms/prisma'],
  testPathIgnorePatterns: ['/node_modules/'],
};
