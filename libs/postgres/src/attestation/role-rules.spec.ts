import { roleFindings } from './role-rules.js';

const ROLE = {
  name: 'app',
  login: 'app',
  loginUnbound: false,
  superuser: false,
  bypassesRls: false,
  roles: [],
  powers: [],
  rowSecurity: true,
};

describe('the age of the server', () => {
  it.each([150_013, 160_009, 170_005])('is a warning, and no error, at %d', (version) => {
    expect(roleFindings({ ...ROLE, version })).toMatchObject([
      { kind: 'server-outdated', severity: 'warning', sql: null, remedy: expect.stringContaining('Update the server') },
    ]);
  });

  it.each([150_014, 150_020, 160_010, 170_006, 180_000, 190_001])('is not reported at %d', (version) => {
    expect(roleFindings({ ...ROLE, version })).toEqual([]);
  });
});
