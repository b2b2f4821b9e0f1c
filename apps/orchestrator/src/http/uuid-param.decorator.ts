import { Param } from '@nestjs/common';
import type { PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { notFound } from './api-errors.js';

const uuid = z.guid();

/** A text that is no UUID is the id of nothing: the same 404 as a missing one. */
class UuidOrNotFoundPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!uuid.safeParse(value).success) throw notFound();
    return value;
  }
}

/** Gives a handler the path parameter `id` as a UUID. @throws `NOT_FOUND` when it is none */
export function UuidParam(): ParameterDecorator {
  return Param('id', new UuidOrNotFoundPipe());
}
