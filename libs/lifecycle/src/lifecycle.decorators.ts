import 'reflect-metadata';

/** Options of `@TenantListener` and `@Provisioner`. */
export interface LifecycleDecoratorOptions {
  /** Lower comes first. Default 0. */
  readonly order?: number;
  /**
   * The stable name under which progress is recorded, 1 to 100 characters. Default: the name of the class, which bundlers may
   * shorten; name it then.
   */
  readonly name?: string;
}

/** What the decorators leave on a class. @internal */
export interface LifecycleMark extends LifecycleDecoratorOptions {
  readonly role: 'listener' | 'provisioner';
}

const MARK = 'tenantry:lifecycle';

/**
 * Marks a provider that listens to changes of tenants: implement the methods of `TenantLifecycleListener` that you need. A class with
 * none of them, and a second one of the same name, stop the start.
 */
export function TenantListener(options: LifecycleDecoratorOptions = {}): ClassDecorator {
  return mark({ ...options, role: 'listener' });
}

/** Marks a provider that sets tenants up and takes them away: a `TenantProvisioner`. Checked as `@TenantListener`. */
export function Provisioner(options: LifecycleDecoratorOptions = {}): ClassDecorator {
  return mark({ ...options, role: 'provisioner' });
}

/** The mark of a class itself, not of one that it extends. @internal */
export function lifecycleMarkOf(type: object): LifecycleMark | undefined {
  return Reflect.getOwnMetadata(MARK, type) as LifecycleMark | undefined;
}

function mark(value: LifecycleMark): ClassDecorator {
  return (target) => Reflect.defineMetadata(MARK, value, target);
}
