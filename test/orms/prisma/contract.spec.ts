import { describeOrms } from '../orm.contract.js';
import { prismaStore } from './prisma-store.js';

describeOrms([prismaStore]);
