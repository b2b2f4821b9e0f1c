import { RoutePath } from './route-path.js';

describe('RoutePath', () => {
  it.each([
    ['/projects', [], '/projects'],
    ['/projects/:id', ['id'], '/projects/<id>'],
    ['/t/:domain/projects/:projectId/tasks', ['domain', 'projectId'], '/t/<domain>/projects/<projectId>/tasks'],
    ['/files/*path', ['path'], '/files/<path>'],
    ['/files/*', ['*'], '/files/<*>'],
    ['/files/{*path}', ['path'], '/files/<path>'],
    ['/files/(.*)', ['*'], '/files/<*>'],
    ['/users{/:id}', ['id'], '/users/<id>'],
    ['/users/:id(\\d+)', ['id'], '/users/<id>'],
    ['/users/:id?', ['id'], '/users/<id>'],
    ['/flights/:from-:to', ['from', 'to'], '/flights/<from>-<to>'],
  ])('reads %s', (template, params, filled) => {
    const path = new RoutePath(template);
    expect(path.params).toEqual(params);
    const values = Object.fromEntries(params.map((param) => [param, `<${param}>`]));
    expect(decodeURIComponent(path.fill(values))).toBe(filled);
  });

  it('encodes values, but for the slashes of a wildcard', () => {
    expect(new RoutePath('/a/:id').fill({ id: 'x/y z' })).toBe('/a/x%2Fy%20z');
    expect(new RoutePath('/a/*rest').fill({ rest: 'x/y z' })).toBe('/a/x/y%20z');
  });

  it('has a shape that does not depend on the names of parameters', () => {
    expect(new RoutePath('/a/:id/b').shape).toBe(new RoutePath('/a/:other/b').shape);
    expect(new RoutePath('/a/:id/b/:child').before('child')).toBe('/a/:/b');
  });
});
