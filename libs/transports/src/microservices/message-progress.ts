import { UseGuards } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';

const MARKED = 'tenantry:tells-progress';
const PATTERN_METADATA = 'microservices:pattern';

/** Messages on their way, by the array of arguments that their hooks, guards and handler share. */
const progress = new WeakMap<object, 'received' | 'admitted'>();

/** Notes that a message is taken out of its envelope. @returns `false` when another hook has done it already */
export function receiveOnce(args: object): boolean {
  if (progress.has(args)) return false;
  progress.set(args, 'received');
  return true;
}

/** Whether every guard has passed a message, so that later errors are the handler's. */
export function isAdmitted(args: object): boolean {
  return progress.get(args) === 'admitted';
}

/** The last guard: a message that reaches it has passed the others, and its clients are there. */
const progressGuard: CanActivate = {
  canActivate(context: ExecutionContext): boolean {
    progress.set(context.getArgs(), 'admitted');
    return true;
  },
};

/** Puts a guard behind those of every handler of messages, which notes that they have all passed. Once a handler. */
export function watchProgress(modules: ModulesContainer): void {
  for (const { controllers } of modules.values()) {
    for (const { metatype } of controllers.values()) {
      const { prototype } = Object(metatype) as { prototype?: object };
      if (prototype !== undefined) messageHandlersOf(prototype).forEach(watch);
    }
  }
}

function watch(handler: object): void {
  if (Reflect.hasOwnMetadata(MARKED, handler)) return;
  Reflect.defineMetadata(MARKED, true, handler);
  (UseGuards(progressGuard) as ClassDecorator)(handler as () => void);
}

function messageHandlersOf(prototype: object): object[] {
  const handlers: object[] = [];
  for (let level = prototype; level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
    const members = Object.values(Object.getOwnPropertyDescriptors(level)).map(({ value }) => value as unknown);
    const methods = members.filter((member) => typeof member === 'function');
    handlers.push(...methods.filter((method) => Reflect.hasMetadata(PATTERN_METADATA, method)));
  }
  return handlers;
}
