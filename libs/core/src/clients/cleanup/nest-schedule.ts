/** The part of `@nestjs/schedule` that the cleanup uses. It is an optional peer: its types are not imported. */
export interface NestSchedule {
  readonly Cron: (cron: string, options: { readonly name: string; readonly unrefTimeout: boolean }) => MethodDecorator;
  readonly ScheduleModule: unknown;
}

/** `@nestjs/schedule` where it is installed; without it the cleanup runs a cron job of its own. */
export async function loadNestSchedule(): Promise<NestSchedule | null> {
  try {
    return await import('@nestjs/schedule');
  } catch (error) {
    if (isNotInstalled(error)) return null;
    throw error;
  }
}

function isNotInstalled(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && message.includes("'@nestjs/schedule'");
}
