/** Every spec of the registry that neither replaces a module nor starts a process, loaded at once: much faster than each alone. */
import '../../../libs/core/src/kernel/backoff.spec.js';
import '../../../libs/core/src/registry/capacity/capacity-gate.spec.js';
import '../../../libs/core/src/kernel/clock.spec.js';
import '../../../libs/core/src/registry/creation/copy-options.spec.js';
import '../../../libs/core/src/registry/capacity/idle-list.spec.js';
import '../../../libs/core/src/registry/registry-options.spec.js';
import '../../../libs/core/src/registry/disposal/retirements.spec.js';
import '../../../libs/core/src/registry/tenant-map.spec.js';
import '../bad-input.spec.js';
import '../capacity.spec.js';
import '../close.spec.js';
import '../creation.spec.js';
import '../leases.spec.js';
import '../presence.spec.js';
import '../spelling.spec.js';
import '../time.spec.js';
import '../reports.spec.js';
