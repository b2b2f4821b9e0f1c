import { validateCronExpression } from 'cron';

/** Whether a text is a cron expression that the scheduler accepts: five fields, or six with seconds first. */
export function isCronExpression(text: string): boolean {
  return validateCronExpression(text).valid;
}
