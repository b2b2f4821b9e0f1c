import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { SUPER_TENANT_ID, TenantContext, TenantExistsError, tenantId } from '@tenantry/core';
import { ServiceDeployments } from '@tenantry/services';
import { TenantAdministration } from '../admin/tenant-administration.js';
import { Accounts, ADMINISTRATOR_ROLE, APPLICATION, PasswordHasher, Roles } from '@tenantry/identity';
import { isOutage } from '../database/outage.js';
import { ProjectRepository } from '../projects/project.repository.js';
import { SETTINGS } from '../settings/settings.module.js';
import type { Settings } from '../settings/settings.js';
import { DEMO_PASSWORD, DEMO_TENANTS } from './demo-data.js';
import type { DemoTenant } from './demo-data.js';
import { DEMO_SERVICE, demoServiceOf } from './demo-services.js';

/** Name of the first user of the super tenant. */
const SUPER_ADMIN = 'admin';
const RETRY_MS = 2_000;

/**
 * Fills an empty database before tenants are loaded and the application listens: with the demo where `SEED_DEMO` says so, and with the super
 * tenant's admin where `SUPER_ADMIN_PASSWORD` is given. A super tenant that has its admin counts as "not empty". While the
 * database is down, it retries in the background, also when the database is found unsafe.
 */
@Injectable()
export class Seeder implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger(Seeder.name);
  readonly #settings: Settings;
  readonly #administration: TenantAdministration;
  readonly #context: TenantContext;
  readonly #projects: ProjectRepository;
  readonly #accounts: Accounts;
  readonly #roles: Roles;
  readonly #hasher: PasswordHasher;
  readonly #services: ServiceDeployments;
  #timer: NodeJS.Timeout | undefined;
  #logged: string | undefined;
  #isDone = false;
  #isClosing = false;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    administration: TenantAdministration,
    context: TenantContext,
    projects: ProjectRepository,
    accounts: Accounts,
    roles: Roles,
    hasher: PasswordHasher,
    services: ServiceDeployments,
  ) {
    this.#services = services;
    this.#settings = settings;
    this.#administration = administration;
    this.#context = context;
    this.#projects = projects;
    this.#accounts = accounts;
    this.#roles = roles;
    this.#hasher = hasher;
  }

  /** Whether everything is there that should be. */
  get isDone(): boolean {
    return this.#isDone;
  }

  async onModuleInit(): Promise<void> {
    try {
      await this.#seed();
      this.#isDone = true;
    } catch (error) {
      if (!isOutage(error)) throw error;
      this.#seedLater();
    }
  }

  onModuleDestroy(): void {
    this.#isClosing = true;
    clearTimeout(this.#timer);
  }

  #seedLater(): void {
    if (this.#isClosing) return;
    this.#timer = setTimeout(() => void this.#seedBehind(), RETRY_MS);
  }

  /** Retries until the database is filled, since nothing else would start it again, and logs each failure once. */
  async #seedBehind(): Promise<void> {
    try {
      await this.#seed();
      this.#isDone = true;
    } catch (error) {
      if (!isOutage(error) && !this.#isClosing) this.#logOnce(error);
      this.#seedLater();
    }
  }

  #logOnce(error: unknown): void {
    const trouble = String(error);
    if (trouble !== this.#logged) this.#logger.error('The database cannot be filled. This is tried again.', error);
    this.#logged = trouble;
  }

  async #seed(): Promise<void> {
    const { seedDemo, superAdminPassword } = this.#settings;
    const password = superAdminPassword ?? (seedDemo ? DEMO_PASSWORD : undefined);
    if (password === undefined || (await this.#hasSuperAdmin())) return;
    if (seedDemo) await this.#seedTenants();
    await this.#roles.addAdministrator(SUPER_TENANT_ID);
    await this.#addUser(SUPER_TENANT_ID, SUPER_ADMIN, { password, role: ADMINISTRATOR_ROLE });
  }

  async #hasSuperAdmin(): Promise<boolean> {
    return (await this.#accounts.find(SUPER_TENANT_ID, SUPER_ADMIN)) !== null;
  }

  /** The passwords of the demo are not those of a person, and need not satisfy the policy. */
  async #addUser(tenantId: string, name: string, user: { password: string; role: string }): Promise<void> {
    const hash = await this.#hasher.hash(user.password);
    await this.#accounts.add(tenantId, { name, password: { hash }, roles: [user.role] }, APPLICATION);
  }

  async #seedTenants(): Promise<void> {
    for (const demo of DEMO_TENANTS) {
      try {
        await this.#seedTenant(demo);
      } catch (error) {
        if (!(error instanceof TenantExistsError)) throw error;
      }
    }
  }

  async #seedTenant(demo: DemoTenant): Promise<void> {
    const { id, name, domain, aliases, admin, members, projects } = demo;
    const record = { id, name, domain, aliases: [...aliases] };
    const cloudAccount = { clientId: id, clientSecret: this.#cloudSecretOf(id) };
    const first = { username: admin, password: DEMO_PASSWORD };
    await this.#administration.create({ ...record, admin: first, cloudAccount }, `demo:${id}`);
    for (const { name: member, role, permissions } of members) {
      await this.#roles.add(id, { name: role, permissions }, APPLICATION);
      await this.#addUser(id, member, { password: DEMO_PASSWORD, role });
    }
    await this.#context.run(id, async () => {
      for (const project of projects) await this.#projects.create({ name: project, description: '' }, projects.length);
    });
    await this.#seedService(demo);
  }

  async #seedService(demo: DemoTenant): Promise<void> {
    const source = demoServiceOf(demo);
    if (source === null) return;
    const upload = { bytes: Buffer.from(source), language: 'typescript' } as const;
    const id = tenantId(demo.id);
    const { version } = await this.#services.upload(id, DEMO_SERVICE, upload);
    await this.#services.activate(id, DEMO_SERVICE, version);
    await this.#services.secure(id, DEMO_SERVICE, 'public');
  }

  #cloudSecretOf(id: string): string {
    const { seedCloudSecret } = this.#settings;
    return seedCloudSecret === undefined ? randomBytes(24).toString('base64url') : `${seedCloudSecret}-${id}`;
  }
}
